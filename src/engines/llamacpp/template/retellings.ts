import type { PlainMessage } from './plain-messages.ts';

/** Ways to say the same to a template that refuses messages as they came. */
export type Retelling = (messages: readonly PlainMessage[]) => readonly PlainMessage[];

const joined = (first: PlainMessage, second: PlainMessage): PlainMessage => ({
  ...first,
  content: [first.content, second.content].filter((text) => text !== '').join('\n\n'),
});

/** Mistral's templates accept ids of nine letters and digits only. */
const shortIds: Retelling = (messages) => {
  const short = new Map<string, string>();
  const shorten = (id: string): string => {
    const known = short.get(id) ?? `call${String(short.size).padStart(5, '0')}`;
    short.set(id, known);
    return known;
  };
  return messages.map((message) => ({
    ...message,
    ...(message.tool_call_id === undefined ? {} : { tool_call_id: shorten(message.tool_call_id) }),
    ...(message.tool_calls
      ? { tool_calls: message.tool_calls.map((call, i) => ({ ...call, id: shorten(call.id ?? `${i}`) })) }
      : {}),
  }));
};

const mergeable = (message: PlainMessage | undefined): boolean =>
  message !== undefined && (message.role === 'user' || message.role === 'assistant') && !message.tool_calls;

/** Mistral's templates want an answer between a tool's result and the user's next words. */
const acknowledgement: PlainMessage = { role: 'assistant', content: 'OK.' };

/** One system message, at the beginning, and turns that alternate; later instructions keep their place as the user's. */
const oneEach: Retelling = (messages) => {
  const first = messages.findIndex(({ role }) => role !== 'system');
  const system = messages.slice(0, first === -1 ? messages.length : first);
  const rest = messages
    .slice(system.length)
    .map((message) => (message.role === 'system' ? { ...message, role: 'user' } : message));
  const turns: PlainMessage[] = [];
  for (const message of rest) {
    const last = turns.at(-1);
    if (last && last.role === message.role && mergeable(last) && mergeable(message)) {
      turns[turns.length - 1] = joined(last, message);
    } else if (last?.role === 'tool' && message.role === 'user') turns.push(acknowledgement, message);
    else turns.push(message);
  }
  const [head, ...more] = system;
  return head ? [more.reduce(joined, head), ...turns] : turns;
};

/** Gemma 2 knows no system message: what it says goes before the user's first words. */
const systemInUser: Retelling = (messages) => {
  const [system, user, ...rest] = messages;
  if (system?.role !== 'system') return messages;
  if (user?.role !== 'user') return [{ ...system, role: 'user' }, ...messages.slice(1)];
  return [{ ...user, content: joined(system, user).content }, ...rest];
};

/** From the messages as they came to the most patient form. */
export const retellings: readonly Retelling[] = [
  (messages) => messages,
  shortIds,
  (messages) => oneEach(shortIds(messages)),
  (messages) => systemInUser(oneEach(shortIds(messages))),
];
