import type { GrammarState } from './library.ts';

/** A grammar that may begin in the middle of a text: once it has begun, it stays to the end. */
export class LateGrammar {
  readonly #choose: (textSoFar: string) => string | undefined;
  readonly #start: (gbnf: string) => GrammarState;
  #text = '';
  #state: GrammarState | undefined;

  constructor(choose: (textSoFar: string) => string | undefined, start: (gbnf: string) => GrammarState) {
    this.#choose = choose;
    this.#start = start;
  }

  /** What the next token is bound to; undefined while it is free. */
  get state(): GrammarState | undefined {
    return this.#state;
  }

  /** To be called before every token. Throws when the grammar is not valid. */
  prepare(): void {
    if (this.#state) return;
    const gbnf = this.#choose(this.#text);
    if (gbnf !== undefined) this.#state = this.#start(gbnf);
  }

  push(text: string): void {
    if (!this.#state) this.#text += text;
  }
}
