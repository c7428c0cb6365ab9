import type { GeneratedToken, Runtime } from '../../runtime/runtime.ts';
import type { AnswerPiece } from '../../tools/answer-parser.ts';
import type { AnswerHead } from '../answer/answer-ids.ts';
import type { AnswerEnd, AnswerListener } from '../answer/generate-answer.ts';
import { completionLogprobs } from '../answer/logprobs.ts';
import type { Usage } from '../answer/usage.ts';
import type { EventStream } from './event-stream.ts';

/** The answer to one prompt as far as it is known. */
interface TextSoFar {
  text: string;
  readonly tokens: GeneratedToken[];
}

/** Collects text completions, or writes them as chunks when there are events to write to. */
export class CompletionWriter implements AnswerListener {
  readonly #head: AnswerHead;
  readonly #runtime: Runtime;
  readonly #withLogprobs: boolean;
  readonly #events: EventStream | undefined;
  readonly #answers: readonly TextSoFar[];

  constructor(options: {
    readonly head: AnswerHead;
    readonly runtime: Runtime;
    readonly withLogprobs: boolean;
    readonly events: EventStream | undefined;
    readonly count: number;
  }) {
    this.#head = options.head;
    this.#runtime = options.runtime;
    this.#withLogprobs = options.withLogprobs;
    this.#events = options.events;
    this.#answers = Array.from({ length: options.count }, () => ({ text: '', tokens: [] }));
  }

  piece(index: number, piece: AnswerPiece, tokens: readonly GeneratedToken[]): void {
    if (piece.type === 'content') this.text(index, piece.text, tokens);
  }

  text(index: number, text: string, tokens: readonly GeneratedToken[]): void {
    const answer = this.#answers[index];
    if (!answer) return;
    const offset = answer.text.length;
    answer.text += text;
    if (this.#withLogprobs) answer.tokens.push(...tokens);
    if (!this.#events || (text === '' && !this.#withLogprobs)) return;
    this.#chunk({ index, text, logprobs: this.#logprobs(tokens, offset), finish_reason: null });
  }

  finish(index: number, { finishReason, stopReason }: AnswerEnd): void {
    if (!this.#events) return;
    this.#chunk({ index, text: '', logprobs: null, finish_reason: finishReason, stop_reason: stopReason });
  }

  usage(usage: Usage): void {
    this.#events?.send({ ...this.#head, object: 'text_completion', choices: [], usage });
  }

  /** The body of an answer that is not streamed. */
  body(ends: readonly AnswerEnd[], usage: Usage) {
    return {
      ...this.#head,
      object: 'text_completion',
      choices: ends.map(({ finishReason, stopReason }, index) => ({
        index,
        text: this.#answers[index]?.text ?? '',
        logprobs: this.#logprobs(this.#answers[index]?.tokens ?? [], 0),
        finish_reason: finishReason,
        stop_reason: stopReason,
      })),
      usage,
    };
  }

  #logprobs(tokens: readonly GeneratedToken[], offset: number) {
    return this.#withLogprobs ? completionLogprobs(this.#runtime, tokens, offset) : null;
  }

  #chunk(choice: Readonly<Record<string, unknown>>): void {
    this.#events?.send({ ...this.#head, object: 'text_completion', choices: [choice] });
  }
}
