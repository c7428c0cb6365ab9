import { CallSplitter } from './parsing/call-splitter.ts';
import { HarmonyParser } from './parsing/harmony-parser.ts';
import { ThinkingSplitter } from './parsing/thinking-splitter.ts';
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

export interface AnswerParserOptions {
  /** `forced`: the grammar lets only calls through, so what is no call is only the beginning of one. */
  readonly calls:
    | { readonly syntax: ToolSyntax; readonly tools: readonly ChatTool[]; readonly forced: boolean }
    | undefined;
  readonly reasoning: ReasoningStart | undefined;
}

/**
 * Splits an answer into content, thinking and tool calls while it streams; markers that are not whole yet are held
 * back. Without `tools` everything but thinking is content. What looks like a call and is none stays content.
 */
export const createAnswerParser = (options: AnswerParserOptions): AnswerParser => {
  const parser = parserFor(options);
  if (!options.calls?.forced) return parser;
  const withoutContent = (pieces: AnswerPiece[]): AnswerPiece[] =>
    pieces.filter(({ type }) => type !== 'content');
  return { push: (text) => withoutContent(parser.push(text)), end: () => withoutContent(parser.end()) };
};

const parserFor = ({ calls, reasoning }: AnswerParserOptions): AnswerParser => {
  if (calls?.syntax.style === 'harmony' || reasoning?.reasoning.style === 'harmony') {
    const names = calls?.tools.map((tool) => tool.function.name) ?? [];
    return new HarmonyParser(names, reasoning?.at ?? 'possible');
  }
  const answer = calls ? new CallSplitter(calls.syntax, calls.tools) : plainAnswer;
  if (reasoning?.reasoning.style !== 'tags') return answer;
  return thinkingFirst(new ThinkingSplitter(reasoning.reasoning, reasoning.at), answer);
};

const plainAnswer: AnswerParser = {
  push: (text) => (text === '' ? [] : [{ type: 'content', text }]),
  end: () => [],
};

const thinkingFirst = (splitter: ThinkingSplitter, answer: AnswerParser): AnswerParser => {
  const pieces = (stretches: ReturnType<ThinkingSplitter['push']>): AnswerPiece[] =>
    stretches.flatMap(({ thinking, text }): AnswerPiece[] =>
      thinking ? [{ type: 'reasoning', text }] : answer.push(text),
    );
  return {
    push: (text) => pieces(splitter.push(text)),
    end: () => [...pieces(splitter.end()), ...answer.end()],
  };
};
