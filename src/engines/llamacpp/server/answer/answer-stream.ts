import type { GeneratedToken } from '../../runtime/runtime.ts';
import type { AnswerParser, AnswerPiece } from '../../tools/answer-parser.ts';
import type { StopRules } from './answer-plan.ts';
import { StopFilter } from './stop-filter.ts';

/** Takes a piece of an answer with the tokens that were generated since the last one. */
export type AnswerSink = (piece: AnswerPiece, tokens: readonly GeneratedToken[]) => void;

export interface AnswerStreamOptions {
  readonly parser: AnswerParser;
  readonly stop: StopRules;
  /** Content that is exactly one of these is left out. */
  readonly hidden: ReadonlySet<string>;
  readonly sink: AnswerSink;
}

/** Turns what the model writes into the pieces that are handed out, and notices where the answer has to stop. */
export class AnswerStream {
  readonly #options: AnswerStreamOptions;
  readonly #filter: StopFilter;
  #tokens: GeneratedToken[] = [];
  #calls = 0;
  #stoppedBy: string | number | undefined;

  constructor(options: AnswerStreamOptions) {
    this.#options = options;
    this.#filter = new StopFilter(options.stop.strings, options.stop.include);
  }

  /** The stop string or stop token that ended the answer. */
  get stoppedBy(): string | number | undefined {
    return this.#stoppedBy;
  }

  /** How many tool calls were begun. */
  get calls(): number {
    return this.#calls;
  }

  /** True when the answer ends here. */
  push(token: GeneratedToken, text: string): boolean {
    if (this.#options.stop.tokens.has(token.token)) {
      this.#stoppedBy = token.token;
      return true;
    }
    this.#tokens.push(token);
    for (const piece of this.#options.parser.push(text)) if (this.#take(piece)) return true;
    return false;
  }

  /** Hands out what was held back. */
  end(): void {
    if (typeof this.#stoppedBy !== 'string') {
      for (const piece of this.#options.parser.end()) if (this.#take(piece)) break;
      this.#giveHeld();
    }
    if (this.#tokens.length > 0) this.#give({ type: 'content', text: '' });
  }

  /** True when a stop string ended the answer in this piece. */
  #take(piece: AnswerPiece): boolean {
    if (piece.type !== 'content') {
      this.#giveHeld();
      if (piece.type === 'tool-start') this.#calls++;
      this.#give(piece);
      return false;
    }
    if (this.#options.hidden.has(piece.text)) return false;
    const { text, stop } = this.#filter.push(piece.text);
    if (text !== '') this.#give({ type: 'content', text });
    this.#stoppedBy = stop;
    return stop !== undefined;
  }

  #giveHeld(): void {
    const held = this.#stoppedBy === undefined ? this.#filter.flush() : '';
    if (held !== '') this.#give({ type: 'content', text: held });
  }

  #give(piece: AnswerPiece): void {
    const tokens = this.#tokens;
    this.#tokens = [];
    this.#options.sink(piece, tokens);
  }
}
