/** Tokens that an answer says it took. */
export interface Usage {
  readonly prompt: number;
  readonly completion: number;
}

/** Bytes at the end of an answer that are looked at: `usage` comes last, in a stream and in a plain answer alike. */
const kept = 4096;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

/** The JSON object that begins at `at`; undefined when it is cut off or none. */
const objectAt = (text: string, at: number): unknown => {
  // `usage` holds objects with details, but no brackets within texts.
  let depth = 0;
  for (let next = at; next < text.length; next += 1) {
    if (text[next] === '{') depth += 1;
    else if (text[next] === '}') depth -= 1;
    if (depth === 0) {
      try {
        return JSON.parse(text.slice(at, next + 1));
      } catch {
        return undefined;
      }
    }
  }
  return undefined;
};

const usageIn = (text: string): Usage | undefined => {
  const pattern = /"usage"\s*:\s*(?=\{)/g;
  let found: Usage | undefined;
  for (const match of text.matchAll(pattern)) {
    const value = objectAt(text, match.index + match[0].length);
    if (!isObject(value) || typeof value['prompt_tokens'] !== 'number') continue;
    const completion = value['completion_tokens'];
    found = { prompt: value['prompt_tokens'], completion: typeof completion === 'number' ? completion : 0 };
  }
  return found;
};

/**
 * Remembers the end of an answer as it passes and reads the usage from it afterwards, so that a token costs nothing on
 * its way. It alters no byte. A usage that is not there stays unknown: nobody is made to ask for one.
 */
export class UsageTail {
  readonly #pieces: Buffer[] = [];
  #bytes = 0;

  add(piece: Buffer): void {
    this.#pieces.push(piece);
    this.#bytes += piece.length;
    while (this.#bytes - (this.#pieces[0]?.length ?? 0) >= kept) {
      this.#bytes -= this.#pieces.shift()?.length ?? 0;
    }
  }

  /** To be called once, at the end. */
  read(): Usage | undefined {
    return usageIn(Buffer.concat(this.#pieces).subarray(-kept).toString());
  }
}
