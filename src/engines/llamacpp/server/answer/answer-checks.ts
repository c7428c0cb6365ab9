import { type Verdict, validateInstance } from '../../grammar/validate.ts';
import type { ChatTool } from '../../tools/tool.ts';
import { validateCall } from '../../tools/validate-call.ts';
import type { CollectedAnswer } from './collected-answer.ts';

const problemsOf = (verdict: Verdict): readonly string[] =>
  verdict.outcome === 'invalid' ? verdict.problems : [];

/** Checks the content against a schema that the grammar could not express in full. */
export const checkContent =
  (schema: unknown) =>
  ({ content }: CollectedAnswer): readonly string[] => {
    try {
      return problemsOf(validateInstance(schema, JSON.parse(content)));
    } catch (caught) {
      if (caught instanceof SyntaxError) return ['it is not JSON'];
      throw caught;
    }
  };

/** Checks that there are calls, and each one's arguments against its tool. */
export const checkCalls =
  (tools: readonly ChatTool[]) =>
  ({ calls }: CollectedAnswer): readonly string[] => {
    if (calls.length === 0) return ['it has no tool call'];
    return calls.flatMap((call) =>
      problemsOf(validateCall(tools, call)).map((text) => `${call.name}: ${text}`),
    );
  };
