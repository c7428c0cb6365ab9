import { afterBlanks } from './text-pattern.ts';

/** How arguments are written as one list of literals. */
export interface Dialect {
  readonly quotes: readonly string[];
  /** Whether a backslash escapes inside strings. */
  readonly backslash: boolean;
  /** Between an argument's name and its value. */
  readonly assign: string;
  /** Ends the arguments. */
  readonly close: string;
}

export const dialects: Readonly<Record<'python' | 'gemma', Dialect>> = {
  python: { quotes: ["'", '"'], backslash: true, assign: '=', close: ')' },
  gemma: { quotes: ['<|"|>'], backslash: false, assign: ':', close: '}' },
};

const words: Readonly<Record<string, unknown>> = {
  True: true,
  true: true,
  False: false,
  false: false,
  None: null,
  null: null,
};

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f', '0': '\0' };

const escapeSequence = /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|([\s\S]))/g;

const unescaped = (text: string): string =>
  text.replace(escapeSequence, (_, byte?: string, unit?: string, sign?: string) => {
    const hex = byte ?? unit;
    if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
    return sign === undefined ? '' : (escapes[sign] ?? sign);
  });

/**
 * Whether a quote at `at` ends its string: only where a string may end, since templates write texts with quotes in them
 * as they are. undefined: the text ends before it can be told.
 */
export const closesString = (text: string, quote: string, at: number): boolean | undefined => {
  const next = text.charAt(afterBlanks(text, at + quote.length));
  return next === '' ? undefined : ',)]}:='.includes(next);
};

/** Reads literals of a complete text. Throws SyntaxError where they are none. */
export class LiteralText {
  readonly #text: string;
  readonly #dialect: Dialect;
  #at = 0;

  constructor(text: string, dialect: Dialect) {
    this.#text = text;
    this.#dialect = dialect;
  }

  /** `key=value, …` up to the end of the text. */
  arguments(): Record<string, unknown> {
    const found = this.#members(this.#dialect.assign, '');
    if (this.#at < this.#text.length) throw this.#error();
    return found;
  }

  /** One value, which is all of the text. */
  value(): unknown {
    const found = this.#value();
    if (!this.#ends('')) throw this.#error();
    return found;
  }

  #error(): SyntaxError {
    return new SyntaxError(`unexpected text at ${this.#at}`);
  }

  #take(sign: string): boolean {
    this.#at = afterBlanks(this.#text, this.#at);
    if (!this.#text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  /** Whether the list ends here: at its sign, or with the text. */
  #ends(close: string): boolean {
    if (close !== '') return this.#take(close);
    return afterBlanks(this.#text, this.#at) === this.#text.length;
  }

  #list(close: string, readOne: () => void): void {
    while (!this.#ends(close)) {
      readOne();
      if (this.#take(',')) continue;
      if (!this.#ends(close)) throw this.#error();
      break;
    }
    this.#at = afterBlanks(this.#text, this.#at);
  }

  #members(assign: string, close: string): Record<string, unknown> {
    const members: [string, unknown][] = [];
    this.#list(close, () => {
      const key = this.#string() ?? this.#word();
      if (!this.#take(assign)) throw this.#error();
      members.push([key, this.#value()]);
    });
    return Object.fromEntries(members);
  }

  #value(): unknown {
    const text = this.#string();
    if (text !== undefined) return text;
    if (this.#take('{')) return this.#members(':', '}');
    if (this.#take('[')) {
      const items: unknown[] = [];
      this.#list(']', () => items.push(this.#value()));
      return items;
    }
    // Nothing at all is how some templates print null.
    if (/^[,\]}]/.test(this.#text.slice(this.#at))) return null;
    const word = this.#word();
    if (Object.hasOwn(words, word)) return words[word];
    const number = Number(word);
    if (Number.isNaN(number)) throw this.#error();
    return number;
  }

  #string(): string | undefined {
    const quote = this.#dialect.quotes.find((sign) => this.#take(sign));
    if (quote === undefined) return undefined;
    const start = this.#at;
    while (!this.#isEnd(quote)) {
      if (this.#at >= this.#text.length) throw this.#error();
      this.#at += this.#dialect.backslash && this.#text[this.#at] === '\\' ? 2 : 1;
    }
    const inner = this.#text.slice(start, this.#at);
    this.#at += quote.length;
    return this.#dialect.backslash ? unescaped(inner) : inner;
  }

  #isEnd(quote: string): boolean {
    return this.#text.startsWith(quote, this.#at) && closesString(this.#text, quote, this.#at) !== false;
  }

  #word(): string {
    const found = /[^\s,:=()[\]{}]+/y;
    found.lastIndex = afterBlanks(this.#text, this.#at);
    const word = found.exec(this.#text)?.[0];
    if (word === undefined) throw this.#error();
    this.#at = found.lastIndex;
    return word;
  }
}
