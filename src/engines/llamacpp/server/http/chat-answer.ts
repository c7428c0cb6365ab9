import type { GeneratedToken, Runtime } from '../../runtime/runtime.ts';
import type { AnswerPiece } from '../../tools/answer-parser.ts';
import { type AnswerHead, toolCallId } from '../answer/answer-ids.ts';
import { collectAnswer } from '../answer/collected-answer.ts';
import type { AnswerEnd, AnswerListener } from '../answer/generate-answer.ts';
import { chatLogprobs } from '../answer/logprobs.ts';
import { usageOf } from '../answer/usage.ts';

/** Keeps chat answers until they are whole. */
export class KeptChat implements AnswerListener {
  readonly #pieces = new Map<number, AnswerPiece[]>();
  readonly #tokens = new Map<number, GeneratedToken[]>();

  piece(index: number, piece: AnswerPiece, tokens: readonly GeneratedToken[]): void {
    push(this.#pieces, index, [piece]);
    push(this.#tokens, index, tokens);
  }

  finish(): void {}

  pieces(index: number): readonly AnswerPiece[] {
    return this.#pieces.get(index) ?? [];
  }

  tokens(index: number): readonly GeneratedToken[] {
    return this.#tokens.get(index) ?? [];
  }
}

const push = <T>(lists: Map<number, T[]>, index: number, items: readonly T[]): void => {
  const list = lists.get(index);
  if (list) list.push(...items);
  else lists.set(index, [...items]);
};

const message = (pieces: readonly AnswerPiece[]) => {
  const { content, reasoning, calls } = collectAnswer(pieces);
  const toolCalls = calls.map((call) => ({ id: toolCallId(), type: 'function', function: call }));
  return {
    role: 'assistant',
    content: content === '' && calls.length > 0 ? null : content,
    ...(reasoning === '' ? {} : { reasoning_content: reasoning, reasoning }),
    ...(calls.length === 0 ? {} : { tool_calls: toolCalls }),
  };
};

/** The body of a chat answer that is not streamed. */
export const chatAnswer = (
  runtime: Runtime,
  head: AnswerHead,
  kept: KeptChat,
  ends: readonly AnswerEnd[],
  withLogprobs: boolean,
) => {
  const results = ends.map(({ result }) => result);
  return {
    ...head,
    object: 'chat.completion',
    choices: ends.map(({ finishReason, stopReason }, index) => ({
      index,
      message: message(kept.pieces(index)),
      logprobs: withLogprobs ? chatLogprobs(runtime, kept.tokens(index)) : null,
      finish_reason: finishReason,
      stop_reason: stopReason,
    })),
    usage: usageOf(results.slice(0, 1), results),
  };
};
