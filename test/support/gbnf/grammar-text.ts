/** A reader of llama.cpp's GBNF for tests, apart from the code that writes it. */

export type Part =
  | {
      readonly kind: 'char';
      readonly ranges: readonly (readonly [number, number])[];
      readonly negated: boolean;
    }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'choice'; readonly options: readonly (readonly Part[])[] }
  | { readonly kind: 'repeat'; readonly part: Part; readonly min: number; readonly max: number };

export type Rules = ReadonlyMap<string, Part>;

const code = (char: string): number => char.codePointAt(0) ?? 0;

/** Reads a whole grammar. Throws where llama.cpp would refuse it. */
export const readGrammar = (gbnf: string): Rules => {
  const rules = new Map<string, Part>();
  for (const line of gbnf.split('\n').filter((one) => one !== '')) {
    const [, name, body] = /^([A-Za-z][A-Za-z0-9-]*) ::= (.*)$/.exec(line) ?? [];
    if (name === undefined || body === undefined) throw new Error(`not a rule: ${line}`);
    if (rules.has(name)) throw new Error(`${name} is there twice`);
    rules.set(name, new Reader(body).whole());
  }
  for (const part of rules.values()) checkNames(part, rules);
  return rules;
};

const checkNames = (part: Part, rules: Rules): void => {
  if (part.kind === 'rule' && !rules.has(part.name)) throw new Error(`there is no rule ${part.name}`);
  if (part.kind === 'repeat') checkNames(part.part, rules);
  if (part.kind === 'choice') for (const one of part.options.flat()) checkNames(one, rules);
};

class Reader {
  #rest: string;

  constructor(text: string) {
    this.#rest = text;
  }

  whole(): Part {
    const part = this.#choice();
    if (this.#rest !== '') throw new Error(`unexpected: ${this.#rest}`);
    return part;
  }

  #take(expression: RegExp): RegExpExecArray | undefined {
    const found = expression.exec(this.#rest);
    if (found) this.#rest = this.#rest.slice(found[0].length);
    return found ?? undefined;
  }

  #choice(): Part {
    const options = [this.#sequence()];
    while (this.#take(/^ *\| */)) options.push(this.#sequence());
    return { kind: 'choice', options };
  }

  #sequence(): readonly Part[] {
    const parts: Part[] = [];
    for (;;) {
      this.#take(/^ +/);
      const part = this.#atom();
      if (!part) return parts;
      parts.push(this.#repeated(part));
    }
  }

  #atom(): Part | undefined {
    if (this.#take(/^"/)) return this.#literal();
    if (this.#take(/^\[/)) return this.#class();
    if (this.#take(/^\(/)) {
      const inner = this.#choice();
      if (!this.#take(/^ *\)/)) throw new Error(`no closing parenthesis at ${this.#rest}`);
      return inner;
    }
    const name = this.#take(/^[A-Za-z][A-Za-z0-9-]*/);
    return name && { kind: 'rule', name: name[0] };
  }

  #char(): number {
    const escaped = this.#take(/^\\(?:x([0-9A-Fa-f]{2})|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([trn\\"[\]]))/);
    const digits = escaped?.[1] ?? escaped?.[2] ?? escaped?.[3];
    if (digits !== undefined) return Number.parseInt(digits, 16);
    if (escaped) return code({ t: '\t', r: '\r', n: '\n' }[escaped[4] ?? ''] ?? escaped[4] ?? '');
    const plain = this.#take(/^[^\\]/u);
    if (!plain) throw new Error(`unknown escaped at ${this.#rest}`);
    return code(plain[0]);
  }

  #literal(): Part {
    const option: Part[] = [];
    while (!this.#take(/^"/)) {
      const char = this.#char();
      option.push({ kind: 'char', ranges: [[char, char]], negated: false });
    }
    const [only] = option;
    return option.length === 1 && only ? only : { kind: 'choice', options: [option] };
  }

  #class(): Part {
    const negated = this.#take(/^\^/) !== undefined;
    const ranges: [number, number][] = [];
    while (!this.#take(/^\]/)) {
      const first = this.#char();
      ranges.push([first, this.#take(/^-(?!\])/) ? this.#char() : first]);
    }
    return { kind: 'char', ranges, negated };
  }

  #repeated(part: Part): Part {
    const found = this.#take(/^(?:([*+?])|\{(\d+)(,(\d+)?)?\})/);
    if (!found) return part;
    const [, sign, min, comma, max] = found;
    const endless = Number.POSITIVE_INFINITY;
    if (sign) return { kind: 'repeat', part, min: sign === '+' ? 1 : 0, max: sign === '?' ? 1 : endless };
    const counted = {
      min: Number(min),
      max: comma === undefined ? Number(min) : max === undefined ? endless : Number(max),
    };
    if (counted.min > 2000 || (counted.max > 2000 && counted.max !== endless)) {
      throw new Error('llama.cpp counts to 2000');
    }
    return { kind: 'repeat', part, ...counted };
  }
}
