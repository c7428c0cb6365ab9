import type { ReasoningStart } from '../reasoning.ts';
import { type GrammarRules, literal, sequence } from './grammar-rules.ts';

/** What stands around an answer whose model thinks, as GBNF; empty where nothing does. */
export interface ThinkingFrame {
  readonly before: string;
  readonly after: string;
}

const noFrame: ThinkingFrame = { before: '', after: '' };

/** `answer`: the answer proper follows; `calls`: tool calls do. */
export const thinkingFrame = (
  rules: GrammarRules,
  start: ReasoningStart | undefined,
  what: 'answer' | 'calls',
): ThinkingFrame => {
  if (!start) return noFrame;
  const { reasoning, at } = start;
  if (reasoning.style === 'harmony') return { before: harmonyBefore(rules, at, what), after: '' };
  const { open, close, answer } = reasoning;
  const thinking = `${rules.until(close)} ${literal('\n')}? ${literal('\n')}?`;
  const before = { open: thinking, closed: '', possible: `(${literal(open)} ${thinking})?` }[at];
  if (what === 'calls' || !answer) return { before, after: '' };
  return { before: sequence(before, `${literal(answer.open)}?`), after: `${literal(answer.close)}?` };
};

const harmonyBefore = (rules: GrammarRules, at: ReasoningStart['at'], what: 'answer' | 'calls'): string => {
  if (at === 'closed') return '';
  const analysis = `${rules.until('<|end|>')} ${literal('<|start|>assistant')}`;
  const before = at === 'open' ? analysis : `(${literal('<|channel|>analysis<|message|>')} ${analysis})?`;
  return what === 'calls' ? before : `${before} ${literal('<|channel|>final<|message|>')}`;
};
