import { detectToolSyntax } from '../tools/detect-syntax.ts';
import { callHistory } from '../tools/inference/call-history.ts';
import type { RenderTemplate, ToolSyntax } from '../tools/tool-syntax.ts';
import { type WrittenCall, writeCalls } from '../tools/write-calls.ts';
import type { PlainMessage } from './plain-messages.ts';

const argumentsObject = (values: unknown): WrittenCall['arguments'] =>
  typeof values === 'object' && values !== null ? (values as WrittenCall['arguments']) : {};

/** The calls of an assistant's turn as its text. */
const callsAsText = (message: PlainMessage, syntax: ToolSyntax): PlainMessage => {
  const { tool_calls: calls, ...rest } = message;
  if (!calls) return message;
  const written = writeCalls(
    syntax,
    calls.map((call) => ({ name: call.function.name, arguments: argumentsObject(call.function.arguments) })),
  );
  return { ...rest, content: [message.content, written].filter((text) => text !== '').join('\n') };
};

/** Results as a user's message, those of one turn together. */
const resultsAsText = (messages: readonly PlainMessage[]): readonly PlainMessage[] => {
  const out: PlainMessage[] = [];
  let together = false;
  for (const message of messages) {
    const isResult = message.role === 'tool';
    const content = isResult ? `<tool_response>\n${message.content}\n</tool_response>` : message.content;
    const last = out.at(-1);
    if (isResult && together && last) {
      out[out.length - 1] = { ...last, content: `${last.content}\n${content}` };
    } else out.push(isResult ? { role: 'user', content } : message);
    together = isResult;
  }
  return out;
};

const argumentsAsText = (message: PlainMessage): PlainMessage => {
  if (!message.tool_calls) return message;
  const calls = message.tool_calls.map((call) => ({
    ...call,
    function: { ...call.function, arguments: JSON.stringify(call.function.arguments) },
  }));
  return { ...message, tool_calls: calls };
};

/** Each call with its own result: for templates that write one call in a turn. */
const oneCallEach = (messages: readonly PlainMessage[]): readonly PlainMessage[] => {
  const results = new Map(
    messages.filter(({ role }) => role === 'tool').map((message) => [message.tool_call_id, message]),
  );
  const moved = new Set<PlainMessage>();
  const split = messages.map((message): readonly PlainMessage[] => {
    const { tool_calls: calls } = message;
    if (!calls || calls.length < 2) return [message];
    return calls.flatMap((call, i) => {
      const result = results.get(call.id);
      if (result) moved.add(result);
      const turn = { ...message, content: i === 0 ? message.content : '', tool_calls: [call] };
      return result ? [turn, result] : [turn];
    });
  });
  return split.flatMap((group) =>
    group.length === 1 ? group.filter((message) => !moved.has(message)) : group,
  );
};

/** Earlier calls and their results in the form in which this template does not lose them. */
export const writtenHistory = (
  messages: readonly PlainMessage[],
  template: string,
  render: RenderTemplate,
): readonly PlainMessage[] => {
  if (!messages.some(({ role, tool_calls: calls }) => role === 'tool' || calls)) return messages;
  const { calls, several, results } = callHistory(template, render);
  if (calls === 'none') {
    const syntax = detectToolSyntax({ template, render });
    return resultsAsText(messages.map((message) => callsAsText(message, syntax)));
  }
  const single = several ? messages : oneCallEach(messages);
  const written = calls === 'text' ? single.map(argumentsAsText) : single;
  return results ? written : resultsAsText(written);
};
