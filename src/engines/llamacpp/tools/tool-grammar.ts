import { failure } from '../../../errors.ts';
import type { Grammar } from '../grammar/schema-to-gbnf.ts';
import { CallGrammar } from './grammars/call-grammar.ts';
import { answerStart, beginnings, begunCall } from './grammars/call-trigger.ts';
import { GrammarRules, literal, sequence } from './grammars/grammar-rules.ts';
import { begunHarmonyCall } from './grammars/harmony-calls.ts';
import { thinkingFrame } from './grammars/thinking-grammar.ts';
import type { ReasoningStart } from './reasoning.ts';
import type { ChatTool, ForcedChoice } from './tool.ts';
import type { ToolSyntax } from './tool-syntax.ts';

/**
 * The grammar of an answer that must be tool calls (`tool_choice` required or named), from its first character.
 * With `reasoning` the model may (or, when the prompt opened it, must first) think. `parallel`: more than one call; a
 * named tool is called once, and so is one of a model whose template knows no tools. Throws SchemaError for a schema that no arguments can meet.
 */
export const forcedToolGrammar = (
  syntax: ToolSyntax,
  tools: readonly ChatTool[],
  choice: ForcedChoice,
  parallel: boolean,
  reasoning?: ReasoningStart,
): Grammar => {
  const wanted = choice === 'required' ? tools : tools.filter((tool) => tool.function.name === choice.name);
  if (wanted.length === 0) throw failure('BUG', { problem: 'a tool call was forced without a tool' });
  const grammar = new CallGrammar(syntax, wanted);
  const { before } = thinkingFrame(grammar.rules, reasoning, 'calls');
  // A model that was never shown tools does not know when it has called enough, and would fill the answer with calls.
  const several = parallel && choice === 'required' && !syntax.listInSystem;
  const calls = grammar.section(grammar.one(), several);
  return {
    gbnf: grammar.rules.text(sequence(before, literal(syntax.sectionOpen), calls)),
    exact: grammar.exact,
  };
};

/**
 * For `tool_choice: auto`: asked before every token with the answer so far (control tokens written out); gives the
 * grammar of the rest once a call was begun, undefined before. `exact` as in Grammar, for all tools together.
 * Throws SchemaError like forcedToolGrammar.
 */
export const autoToolGrammar = (
  syntax: ToolSyntax,
  tools: readonly ChatTool[],
  options: { readonly parallel: boolean; readonly reasoning?: ReasoningStart },
): { readonly exact: boolean; readonly next: (textSoFar: string) => string | undefined } => {
  const grammar = new CallGrammar(syntax, tools);
  const starts = beginnings(syntax, tools, (tool) => grammar.lead(tool));
  const begun = (text: string): ReadonlyMap<ChatTool, string> | undefined => {
    if (syntax.style === 'harmony') return begunHarmonyCall(tools, text);
    const from = answerStart(text, options.reasoning);
    return from === undefined ? undefined : begunCall(syntax, starts, text, from);
  };
  const next = (textSoFar: string): string | undefined => {
    const left = begun(textSoFar);
    if (!left) return undefined;
    const rest = new CallGrammar(syntax, tools);
    return rest.rules.text(rest.section(rest.one(left), options.parallel));
  };
  return { exact: grammar.exact, next };
};

/** Puts the model's thinking before a grammar that holds for the answer proper (`response_format` and the like). */
export const grammarAfterReasoning = (gbnf: string, reasoning: ReasoningStart | undefined): string => {
  const rules = new GrammarRules();
  const { before, after } = thinkingFrame(rules, reasoning, 'answer');
  if (before === '' && after === '') return gbnf;
  return rules.text(sequence(before, rules.include(gbnf), after));
};
