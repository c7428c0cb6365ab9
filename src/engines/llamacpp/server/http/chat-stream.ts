import type { GeneratedToken, Runtime } from '../../runtime/runtime.ts';
import type { AnswerPiece } from '../../tools/answer-parser.ts';
import { type AnswerHead, toolCallId } from '../answer/answer-ids.ts';
import type { AnswerEnd, AnswerListener } from '../answer/generate-answer.ts';
import { chatLogprobs } from '../answer/logprobs.ts';
import type { Usage } from '../answer/usage.ts';
import type { EventStream } from './event-stream.ts';

/** The part of a message that a piece adds; undefined where it adds nothing. */
const deltaOf = (piece: AnswerPiece): Readonly<Record<string, unknown>> | undefined => {
  switch (piece.type) {
    case 'content':
      return { content: piece.text };
    case 'reasoning':
      return { reasoning_content: piece.text, reasoning: piece.text };
    case 'tool-start': {
      const call = { name: piece.name, arguments: '' };
      return { tool_calls: [{ index: piece.index, id: toolCallId(), type: 'function', function: call }] };
    }
    case 'tool-arguments':
      return { tool_calls: [{ index: piece.index, function: { arguments: piece.text } }] };
    case 'tool-end':
      return undefined;
  }
};

/** Writes chat answers as chunks; several answers to one request are told apart by their index. */
export class ChatStream implements AnswerListener {
  readonly #events: EventStream;
  readonly #head: AnswerHead;
  readonly #runtime: Runtime;
  readonly #withLogprobs: boolean;
  readonly #begun = new Set<number>();
  /** Tokens whose log-probabilities wait for the next chunk. */
  readonly #tokens = new Map<number, GeneratedToken[]>();

  constructor(events: EventStream, head: AnswerHead, runtime: Runtime, withLogprobs: boolean) {
    this.#events = events;
    this.#head = head;
    this.#runtime = runtime;
    this.#withLogprobs = withLogprobs;
  }

  piece(index: number, piece: AnswerPiece, tokens: readonly GeneratedToken[]): void {
    this.#begin(index);
    const waiting = [...(this.#tokens.get(index) ?? []), ...(this.#withLogprobs ? tokens : [])];
    this.#tokens.set(index, waiting);
    const empty = 'text' in piece && piece.text === '';
    const delta = empty && waiting.length === 0 ? undefined : deltaOf(piece);
    if (!delta) return;
    this.#tokens.delete(index);
    const logprobs = waiting.length > 0 ? chatLogprobs(this.#runtime, waiting) : null;
    this.#choice({ index, delta, logprobs, finish_reason: null });
  }

  finish(index: number, { finishReason, stopReason }: AnswerEnd): void {
    this.#begin(index);
    const waiting = this.#tokens.get(index) ?? [];
    const logprobs = waiting.length > 0 ? chatLogprobs(this.#runtime, waiting) : null;
    this.#choice({ index, delta: {}, logprobs, finish_reason: finishReason, stop_reason: stopReason });
  }

  usage(usage: Usage): void {
    this.#events.send({ ...this.#head, object: 'chat.completion.chunk', choices: [], usage });
  }

  /** The first chunk of each answer names the role. */
  #begin(index: number): void {
    if (this.#begun.has(index)) return;
    this.#begun.add(index);
    const delta = { role: 'assistant', content: '' };
    this.#choice({ index, delta, logprobs: null, finish_reason: null });
  }

  #choice(choice: Readonly<Record<string, unknown>>): void {
    this.#events.send({ ...this.#head, object: 'chat.completion.chunk', choices: [choice] });
  }
}
