import type { ChatMessage } from '../../template/chat-message.ts';
import { genericSyntax } from '../../tools/generic-syntax.ts';

type ToolCall = NonNullable<ChatMessage['tool_calls']>[number];

const textOf = (content: ChatMessage['content']): string => {
  if (!content) return '';
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('');
};

const callText = ({ function: { name, arguments: given } }: ToolCall): string => {
  const { callOpen, afterName, callClose } = genericSyntax;
  return `${callOpen}${name}${afterName}${typeof given === 'string' ? given : JSON.stringify(given)}${callClose}`;
};

const withCalls = ({ tool_calls: calls, ...message }: ChatMessage): ChatMessage => {
  const parts = [textOf(message.content), ...(calls ?? []).map(callText)];
  return { ...message, content: parts.filter((part) => part !== '').join('\n') };
};

/**
 * Writes earlier tool calls and their results out as text, for templates that know no tools and would drop them.
 * Results that follow each other become one message: some templates want user and assistant to take turns.
 */
export const toolHistoryAsText = (messages: readonly ChatMessage[]): readonly ChatMessage[] => {
  const written: ChatMessage[] = [];
  let results: string[] = [];
  const giveResults = (): void => {
    if (results.length > 0) written.push({ role: 'user', content: results.join('\n') });
    results = [];
  };
  for (const message of messages) {
    if (message.role === 'tool') {
      results.push(`<tool_response>\n${textOf(message.content)}\n</tool_response>`);
      continue;
    }
    giveResults();
    written.push(message.tool_calls ? withCalls(message) : message);
  }
  giveResults();
  return written;
};
