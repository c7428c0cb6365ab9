import type { ChatTool, ForcedChoice } from '../../tools/tool.ts';
import { chatTools } from '../prompt/chat-messages.ts';
import type { ChatRequest } from './chat-request.ts';
import { badRequest } from './request-error.ts';

/** Whether and how the answer may call tools. */
export type ToolPlan =
  | { readonly mode: 'none' }
  | { readonly mode: 'auto'; readonly tools: readonly ChatTool[]; readonly parallel: boolean }
  | {
      readonly mode: 'forced';
      readonly tools: readonly ChatTool[];
      readonly parallel: boolean;
      readonly choice: ForcedChoice;
    };

/** Throws vLLM's 400s for a choice that its tools do not allow. */
export const toolPlan = (request: ChatRequest): ToolPlan => {
  const tools = chatTools(request.tools);
  const choice = request.tool_choice ?? 'auto';
  const parallel = request.parallel_tool_calls ?? true;
  if (choice === 'none') return { mode: 'none' };
  if (choice === 'auto') return tools.length > 0 ? { mode: 'auto', tools, parallel } : { mode: 'none' };
  if (tools.length === 0) throw badRequest('When using `tool_choice`, `tools` must be set.', 'tool_choice');
  if (choice === 'required') return { mode: 'forced', tools, parallel, choice };
  const { name } = choice.function;
  if (!tools.some((tool) => tool.function.name === name)) {
    throw badRequest(
      'The tool specified in `tool_choice` does not match any of the specified `tools`',
      'tool_choice',
    );
  }
  return { mode: 'forced', tools, parallel: false, choice: { name } };
};
