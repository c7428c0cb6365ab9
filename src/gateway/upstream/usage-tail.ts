/** Tokens that an answer says it took. */
export interface Usage {
  readonly prompt: number;
  readonly completion: number;
}

/** Bytes at the end of an answer that are looked at: `usage` comes last, in a stream and in a plain answer alike. */
const kept = 4096;

/** No answer takes a billion tokens; an engine that says so is wrong, and would spoil every sum. */
const mostDigits = 9;

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39;

const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/** The first place from `at` on that holds no blank. */
const pastBlanks = (text: string, at: number): number => {
  let next = at;
  while (isBlank(text.charCodeAt(next))) next += 1;
  return next;
};

/** Where the value of the key that ends before `at` begins; -1 when no colon follows. */
const valueAt = (text: string, at: number): number => {
  const colon = pastBlanks(text, at);
  return text[colon] === ':' ? pastBlanks(text, colon + 1) : -1;
};

/** The whole number of `key` between two places; undefined when it is none, cut off or not there. */
const numberOf = (text: string, key: string, from: number, to: number): number | undefined => {
  const found = text.indexOf(key, from);
  if (found < 0 || found >= to) return undefined;
  const begin = valueAt(text, found + key.length);
  if (begin < 0) return undefined;
  let end = begin;
  while (isDigit(text.charCodeAt(end))) end += 1;
  const digits = end - begin;
  if (digits < 1 || digits > mostDigits || !/[,}\s]/.test(text[end] ?? '')) return undefined;
  return Number(text.slice(begin, end));
};

/** Where the object that begins at `at` ends; -1 when it is cut off. It holds no brackets within texts. */
const endOfObject = (text: string, at: number): number => {
  let depth = 0;
  for (let next = at; next < text.length; next += 1) {
    const code = text.charCodeAt(next);
    if (code === 0x7b) depth += 1;
    else if (code === 0x7d) depth -= 1;
    if (depth === 0) return next;
  }
  return -1;
};

/** What the `usage` whose key ends before `at` says; undefined when it is null, cut off or says nothing. */
const usageAt = (text: string, at: number): Usage | undefined => {
  const begin = valueAt(text, at);
  if (begin < 0 || text[begin] !== '{') return undefined;
  const end = endOfObject(text, begin);
  const prompt = numberOf(text, '"prompt_tokens"', begin, end);
  if (prompt === undefined) return undefined;
  const completion = numberOf(text, '"completion_tokens"', begin, end);
  if (completion !== undefined) return { prompt, completion };
  // Embeddings have a prompt and a total.
  const total = numberOf(text, '"total_tokens"', begin, end);
  return total === undefined || total < prompt ? undefined : { prompt, completion: total - prompt };
};

/** The last one counts: some engines say so far in every event. Within a text the quotes would be escaped. */
const usageIn = (text: string): Usage | undefined => {
  const key = '"usage"';
  for (let at = text.lastIndexOf(key); at >= 0; at = at === 0 ? -1 : text.lastIndexOf(key, at - 1)) {
    const found = usageAt(text, at + key.length);
    if (found) return found;
  }
  return undefined;
};

/** An event with an error, which is the only way for an engine to say so once a stream has begun. */
const errorEvent = /(?:^|[\r\n])data: ?\{\s*"error"\s*:\s*\{/;

/**
 * Remembers the end of an answer as it passes and reads from it afterwards what it came to, so that a token costs
 * nothing on its way. It alters no byte. A usage that is not there stays unknown: nobody is made to ask for one.
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
    return usageIn(this.#text());
  }

  /** Whether the events at the end say that the engine failed; vLLM ends such a stream with `[DONE]` like any other. */
  saysError(): boolean {
    return errorEvent.test(this.#text());
  }

  /** What is looked for is ASCII; a character that is cut or misread cannot look like it. */
  #text(): string {
    const [first, second] = this.#pieces;
    if (!first) return '';
    const bytes = second ? Buffer.concat(this.#pieces) : first;
    return bytes.toString('latin1', Math.max(0, bytes.length - kept));
  }
}
