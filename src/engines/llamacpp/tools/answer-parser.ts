import { failure } from '../../../errors.ts';
import type { ReasoningStart } from './reasoning.ts';
import type { ChatTool } from './tool.ts';
import type { ToolSyntax } from './tool-syntax.ts';

/** A part of the model's answer. Pieces of one call come together: start, arguments…, end. */
export type AnswerPiece =
  | { readonly type: 'content'; readonly text: string }
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'tool-start'; readonly index: number; readonly name: string }
  /** Joined, the texts of one call are a JSON object (cut short when the answer was). */
  | { readonly type: 'tool-arguments'; readonly index: number; readonly text: string }
  | { readonly type: 'tool-end'; readonly index: number };

export interface AnswerParser {
  /** `text`: what the model wrote next, control tokens written out, without the end token. */
  push(text: string): AnswerPiece[];
  /** What was held back. */
  end(): AnswerPiece[];
}

/**
 * Splits an answer into content, thinking and tool calls while it streams; markers that are not whole yet are held
 * back. Without `tools` everything but thinking is content. What looks like a call and is none stays content.
 */
export const createAnswerParser = (_options: {
  readonly calls:
    | { readonly syntax: ToolSyntax; readonly tools: readonly ChatTool[]; readonly forced: boolean }
    | undefined;
  readonly reasoning: ReasoningStart | undefined;
}): AnswerParser => {
  throw failure('BUG', { problem: 'createAnswerParser is not written yet' });
};
