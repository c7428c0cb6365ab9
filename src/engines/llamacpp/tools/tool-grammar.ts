import { failure } from '../../../errors.ts';
import type { Grammar } from '../grammar/schema-to-gbnf.ts';
import type { ReasoningStart } from './reasoning.ts';
import type { ChatTool, ForcedChoice } from './tool.ts';
import type { ToolSyntax } from './tool-syntax.ts';

/**
 * The grammar of an answer that must be tool calls (`tool_choice` required or named), from its first character.
 * With `reasoning` the model may (or, when the prompt opened it, must first) think. `parallel`: more than one call.
 */
export const forcedToolGrammar = (
  _syntax: ToolSyntax,
  _tools: readonly ChatTool[],
  _choice: ForcedChoice,
  _parallel: boolean,
  _reasoning?: ReasoningStart,
): Grammar => {
  throw failure('BUG', { problem: 'forcedToolGrammar is not written yet' });
};

/**
 * For `tool_choice: auto`: asked before every token with the answer so far (control tokens written out); gives the
 * grammar of the rest once a call was begun, undefined before. `exact` as in Grammar, for all tools together.
 */
export const autoToolGrammar = (
  _syntax: ToolSyntax,
  _tools: readonly ChatTool[],
  _options: { readonly parallel: boolean; readonly reasoning?: ReasoningStart },
): { readonly exact: boolean; readonly next: (textSoFar: string) => string | undefined } => {
  throw failure('BUG', { problem: 'autoToolGrammar is not written yet' });
};

/** Puts the model's thinking before a grammar that holds for the answer proper (`response_format` and the like). */
export const grammarAfterReasoning = (_gbnf: string, _reasoning: ReasoningStart | undefined): string => {
  throw failure('BUG', { problem: 'grammarAfterReasoning is not written yet' });
};
