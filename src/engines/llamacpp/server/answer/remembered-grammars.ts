import type { ReasoningStart } from '../../tools/reasoning.ts';
import type { ChatTool } from '../../tools/tool.ts';
import { autoToolGrammar } from '../../tools/tool-grammar.ts';
import type { ToolSyntax } from '../../tools/tool-syntax.ts';

type AutoGrammar = ReturnType<typeof autoToolGrammar>;

/** Agents at work at the same time, each with tools of its own. */
const most = 8;

const bySyntax = new WeakMap<ToolSyntax, Map<string, AutoGrammar>>();

/**
 * `autoToolGrammar`, made once for the same tools: an agent sends them with every turn, and twenty schemas take a
 * tenth of a second in which nobody else gets a token.
 */
export const rememberedAutoGrammar = (
  syntax: ToolSyntax,
  tools: readonly ChatTool[],
  options: { readonly parallel: boolean; readonly reasoning?: ReasoningStart },
): AutoGrammar => {
  const known = bySyntax.get(syntax) ?? new Map<string, AutoGrammar>();
  bySyntax.set(syntax, known);
  const key = JSON.stringify([options, tools]);
  const grammar = known.get(key) ?? autoToolGrammar(syntax, tools, options);
  known.delete(key);
  known.set(key, grammar);
  const [oldest] = known.keys();
  if (known.size > most && oldest !== undefined) known.delete(oldest);
  return grammar;
};
