import { failure } from '../../../errors.ts';
import { detectReasoning } from '../tools/reasoning.ts';
import type { ChatMessage, ContentPart } from './chat-message.ts';

/** A message with text as its content, in the shape that templates were made for. */
export type PlainMessage = ChatMessage & { readonly content: string };

const textTypes = new Set(['text', 'input_text', 'output_text']);

const textOf = (content: ChatMessage['content'], index: number): string => {
  if (content === null || content === undefined) return '';
  if (typeof content === 'string') return content;
  return content.map((part) => partText(part, index)).join('\n');
};

const partText = (part: ContentPart, index: number): string => {
  if (textTypes.has(part.type)) return part.text ?? '';
  throw failure('CHAT_CONTENT', { index, type: part.type });
};

const parseArguments = (values: unknown): unknown => {
  if (typeof values !== 'string') return values ?? {};
  if (values.trim() === '') return {};
  try {
    return JSON.parse(values);
  } catch {
    return values;
  }
};

type Calls = NonNullable<ChatMessage['tool_calls']>;

const plainCalls = (calls: Calls): Calls =>
  calls.map((call) => ({
    ...call,
    type: 'function',
    function: { ...call.function, arguments: parseArguments(call.function.arguments) },
  }));

/** What a message says of its thinking, for templates that call it otherwise than most. */
const thinkingFields = (message: ChatMessage, content: string, template: string): object => {
  const { reasoning_content: thinking, tool_calls: calls } = message;
  if (typeof thinking !== 'string' || !/message\.thinking|message\[['"]thinking['"]\]/.test(template))
    return {};
  // gpt-oss's template refuses both beside calls.
  return calls?.length && content !== '' ? {} : { thinking };
};

/** Thinking that a client left in the content goes where templates look for it. */
const splitThinking = (
  content: string,
  template: string,
): readonly [thinking: string | undefined, rest: string] => {
  const reasoning = detectReasoning(template);
  if (reasoning?.style !== 'tags' || !content.trimStart().startsWith(reasoning.open))
    return [undefined, content];
  const { open, close } = reasoning;
  const end = content.indexOf(close);
  if (end === -1) return [undefined, content];
  const thinking = content.slice(content.indexOf(open) + open.length, end).trim();
  return [thinking, content.slice(end + close.length).replace(/^\n+/, '')];
};

const plainMessage = (message: ChatMessage, index: number, template: string): PlainMessage => {
  const { content: given, tool_calls: calls, ...others } = message;
  const role = message.role === 'developer' && !template.includes('developer') ? 'system' : message.role;
  const text = textOf(given, index);
  const [thinking, content] = role === 'assistant' ? splitThinking(text, template) : [undefined, text];
  const fields = Object.fromEntries(Object.entries(others).filter(([, value]) => value !== null));
  const withThinking = thinking && !fields['reasoning_content'] ? { reasoning_content: thinking } : {};
  return {
    ...fields,
    ...withThinking,
    role,
    content,
    ...(calls?.length ? { tool_calls: plainCalls(calls) } : {}),
    ...thinkingFields({ ...message, ...withThinking }, content, template),
  };
};

/** Results name the tool they come from: OpenAI's API names only the call. */
const withToolNames = (messages: readonly PlainMessage[]): readonly PlainMessage[] => {
  const names = new Map<string, string>();
  return messages.map((message) => {
    for (const { id, function: called } of message.tool_calls ?? []) {
      if (id !== undefined) names.set(id, called.name);
    }
    const name = message.role === 'tool' ? names.get(message.tool_call_id ?? '') : undefined;
    return name === undefined || message.name !== undefined ? message : { ...message, name };
  });
};

const isInstruction = ({ role }: PlainMessage): boolean => role === 'system' || role === 'developer';

/** Agents send several at the beginning; most templates know one and would drop the others, or refuse. */
const withOneInstruction = (messages: readonly PlainMessage[]): readonly PlainMessage[] => {
  const end = messages.findIndex((message) => !isInstruction(message));
  const leading = messages.slice(0, end === -1 ? messages.length : end);
  const [first] = leading;
  if (!first || leading.length === 1) return messages;
  const role = leading.every((message) => message.role === first.role) ? first.role : 'system';
  const content = leading.map((message) => message.content).join('\n\n');
  return [{ ...first, role, content }, ...messages.slice(leading.length)];
};

/**
 * Content as text, arguments as objects, `developer` as `system` where the template does not know it, one instruction at
 * the beginning, nothing that is null. Throws CHAT_CONTENT for parts that are no text.
 */
export const plainMessages = (messages: readonly ChatMessage[], template: string): readonly PlainMessage[] =>
  withOneInstruction(withToolNames(messages.map((message, index) => plainMessage(message, index, template))));
