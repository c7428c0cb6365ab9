import type { z } from 'zod';
import type { ChatMessage } from '../../template/chat-message.ts';
import { toolsAsSystemText } from '../../tools/system-text.ts';
import type { ChatTool } from '../../tools/tool.ts';
import type { ToolSyntax } from '../../tools/tool-syntax.ts';
import type { RequestMessage, tools as toolsField } from '../request/chat-request.ts';

/** The messages for a template: vLLM's `reasoning` is an earlier answer's thinking as well as `reasoning_content`. */
export const chatMessages = (messages: readonly RequestMessage[]): readonly ChatMessage[] =>
  messages.map(({ reasoning, ...message }) => {
    const thinking = message.reasoning_content ?? reasoning ?? undefined;
    const { reasoning_content: _, ...rest } = message;
    return withoutNulls(thinking === undefined ? rest : { ...rest, reasoning_content: thinking });
  });

const withoutNulls = (message: RequestMessage): ChatMessage =>
  Object.fromEntries(
    Object.entries(message).filter(([, value]) => value !== undefined && value !== null),
  ) as ChatMessage;

/** The tools in the shape that templates were made for. */
export const chatTools = (tools: z.infer<typeof toolsField> | null | undefined): readonly ChatTool[] =>
  (tools ?? []).map(({ function: { name, description, parameters } }) => ({
    type: 'function',
    function: {
      name,
      ...(typeof description === 'string' ? { description } : {}),
      ...(parameters === undefined || parameters === null ? {} : { parameters }),
    },
  }));

/** Lists the tools in the system message, for templates that do not. */
export const withToolsInSystem = (
  messages: readonly ChatMessage[],
  tools: readonly ChatTool[],
  syntax: ToolSyntax,
): readonly ChatMessage[] => {
  const list = toolsAsSystemText(tools, syntax);
  const [first, ...others] = messages;
  if (first?.role !== 'system' && first?.role !== 'developer') {
    return [{ role: 'system', content: list }, ...messages];
  }
  const given = first.content ?? '';
  const content =
    typeof given === 'string' ? `${given}\n\n${list}` : [...given, { type: 'text', text: `\n${list}` }];
  return [{ ...first, content }, ...others];
};
