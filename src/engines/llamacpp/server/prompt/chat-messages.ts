import type { z } from 'zod';
import type { ChatMessage } from '../../template/chat-message.ts';
import { toolsAsSystemText } from '../../tools/system-text.ts';
import type { ChatTool } from '../../tools/tool.ts';
import type { RequestMessage, tools as toolsField } from '../request/chat-request.ts';

/** Drops what is null, so that a template sees no difference to a field that was left out. */
const withoutNulls = (message: RequestMessage): ChatMessage =>
  Object.fromEntries(
    Object.entries(message).filter(
      ([key, value]) => value !== undefined && (value !== null || key === 'content'),
    ),
  ) as ChatMessage;

/**
 * The messages as a template expects them: thinking under one name whichever the client sent, and OpenAI's newer
 * role `developer` as the `system` that templates know, unless this one knows it itself.
 */
export const templateMessages = (
  messages: readonly RequestMessage[],
  template: string | undefined,
): readonly ChatMessage[] => {
  const knowsDeveloper = template?.includes('developer') ?? false;
  return messages.map((message) => {
    const { reasoning, ...rest } = withoutNulls(message);
    const role = rest.role === 'developer' && !knowsDeveloper ? 'system' : rest.role;
    const thinking = rest.reasoning_content ?? reasoning;
    return { ...rest, role, ...(typeof thinking === 'string' ? { reasoning_content: thinking } : {}) };
  });
};

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

/** Lists the tools in the system message, for templates that know none. */
export const withToolsInSystem = (
  messages: readonly ChatMessage[],
  tools: readonly ChatTool[],
): readonly ChatMessage[] => {
  const list = toolsAsSystemText(tools);
  const [first, ...others] = messages;
  if (first?.role !== 'system') return [{ role: 'system', content: list }, ...messages];
  const parts = typeof first.content === 'string' ? [{ type: 'text', text: first.content }] : first.content;
  return [{ ...first, content: [...(parts ?? []), { type: 'text', text: `\n\n${list}` }] }, ...others];
};
