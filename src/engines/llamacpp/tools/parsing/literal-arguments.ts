import type { ArgumentsPiece, ArgumentsReader } from './arguments-reader.ts';
import { closesString, type Dialect, LiteralText } from './literal-value.ts';

const opening = new Set(['(', '[', '{']);
const closing = new Set([')', ']', '}']);

/** Literals become JSON once the list is complete; until then nothing is given out. */
export class LiteralArguments implements ArgumentsReader {
  readonly #dialect: Dialect;
  #held = '';
  #at = 0;
  #depth = 0;
  #quote: string | undefined;

  constructor(dialect: Dialect) {
    this.#dialect = dialect;
  }

  read(text: string): ArgumentsPiece {
    this.#held += text;
    const end = this.#findEnd();
    if (end === undefined) return { json: '' };
    // The closing sign belongs to the syntax's closing text.
    return { json: toJson(this.#held.slice(0, end), this.#dialect), rest: this.#held.slice(end) };
  }

  end(): string {
    return '';
  }

  #findEnd(): number | undefined {
    const longest = Math.max(...this.#dialect.quotes.map((quote) => quote.length));
    while (this.#at < this.#held.length) {
      const sign = this.#held.charAt(this.#at);
      // A quote of several characters may not be whole yet.
      if (sign === '<' && this.#held.length - this.#at < longest) return undefined;
      if (this.#quote !== undefined) {
        if (!this.#inside(this.#quote, sign)) return undefined;
      } else if (this.#depth === 0 && sign === this.#dialect.close) return this.#at;
      else this.#outside(sign);
    }
    return undefined;
  }

  /** False when more text is needed to tell. */
  #inside(quote: string, sign: string): boolean {
    if (this.#dialect.backslash && sign === '\\') this.#at += 2;
    else if (!this.#held.startsWith(quote, this.#at)) this.#at++;
    else {
      const closes = closesString(this.#held, quote, this.#at);
      if (closes === undefined) return false;
      this.#at += quote.length;
      if (closes) this.#quote = undefined;
    }
    return true;
  }

  #outside(sign: string): void {
    this.#quote = this.#dialect.quotes.find((quote) => this.#held.startsWith(quote, this.#at));
    if (opening.has(sign)) this.#depth++;
    else if (closing.has(sign)) this.#depth--;
    this.#at += this.#quote?.length ?? 1;
  }
}

/** What can't be read stays as it is: checking the call then says that its arguments are no JSON. */
const toJson = (text: string, dialect: Dialect): string => {
  try {
    return JSON.stringify(new LiteralText(text, dialect).arguments());
  } catch {
    return text;
  }
};
