import type { Token } from './runtime.ts';

const replacement = '\uFFFD';

/** How many tokens before a place decide how its text is spelled (leading blanks, halves of characters). */
const contextTokens = 5;

/** More tokens than a character can have: bytes that never become one are given out as they are. */
const longestHold = 16;

/**
 * Turns tokens into text as they come. Detokenising one token alone breaks characters that span tokens and loses
 * leading blanks, so a short window is detokenised and what was given out before is cut off its front.
 */
export class TextStream {
  readonly #detokenize: (tokens: readonly Token[]) => string;
  /** From the last but one place where text ended cleanly. */
  #window: Token[];
  /** How many tokens of the window have been given out. */
  #given: number;

  /** `before`: the tokens that the text continues. */
  constructor(detokenize: (tokens: readonly Token[]) => string, before: readonly Token[] = []) {
    this.#detokenize = detokenize;
    this.#window = before.slice(-contextTokens);
    this.#given = this.#window.length;
  }

  /** The text that this token completed; empty while a character is unfinished. */
  push(token: Token): string {
    this.#window.push(token);
    const before = this.#detokenize(this.#window.slice(0, this.#given));
    const after = this.#detokenize(this.#window);
    if (after.length <= before.length) return '';
    const mayComplete = this.#window.length - this.#given < longestHold;
    if (after.endsWith(replacement) && mayComplete) return '';
    this.#window = this.#window.slice(this.#given);
    this.#given = this.#window.length;
    return after.slice(before.length);
  }
}
