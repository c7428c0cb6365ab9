import type { ServerResponse } from 'node:http';
import type { Call, Script } from './upstream.ts';

/** What of an answer a test may spoil: each JSON value that goes out, by its kind. */
export type Kind = 'chat' | 'chunk' | 'completion' | 'embeddings';

// biome-ignore lint/suspicious/noExplicitAny: tests spoil answers freely
type Json = any;

/** Gives what goes out in its place; undefined: nothing does. */
export type Spoil = (value: Json, kind: Kind, asked: Json) => Json | undefined;

/** A gap to be filled in costs three tokens of its own, as with a real model. */
const usageFor = (asked: Json, completion: number): object => {
  const text = JSON.stringify(asked.messages ?? asked.input ?? `${asked.prompt}${asked.suffix ?? ''}`);
  const prompt = Math.ceil(text.length / 4) + (asked.suffix ? 3 : 0);
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
};

/** The simplest value that fits a schema. */
const instance = (schema: Json): Json => {
  if (schema.enum) return schema.enum[0];
  if (schema.type === 'object') {
    const members = Object.entries(schema.properties as Json).map(([name, of]) => [name, instance(of)]);
    return Object.fromEntries(members);
  }
  if (schema.type === 'array')
    return Array.from({ length: schema.minItems ?? 0 }, () => instance(schema.items));
  return schema.type === 'boolean' ? true : 'text';
};

interface Said {
  readonly text: string;
  readonly calls: readonly Json[];
  readonly finish: string;
}

const callOf = (tool: Json, index: number): Json => ({
  id: `call-${index}`,
  type: 'function',
  function: { name: tool.function.name, arguments: JSON.stringify(instance(tool.function.parameters)) },
});

const calling = (tools: readonly Json[]): Said => ({
  text: '',
  calls: tools.map(callOf),
  finish: 'tool_calls',
});

const wordsFor = (asked: Json): string => {
  const last = asked.messages?.at(-1)?.content ?? '';
  const hidden = /password of the night guard is ([\w-]+)\./.exec(last)?.[1];
  return hidden ?? 'The sea is wide and blue today .';
};

/** What an able and obedient model would answer. */
const answerTo = (asked: Json): Said => {
  const { tools, tool_choice: choice, response_format: form } = asked;
  const named = choice?.function?.name;
  if (named) return calling(tools.filter((tool: Json) => tool.function.name === named));
  if (choice === 'required') return calling([tools[0], tools[0]]);
  if (tools && asked.messages.at(-1).role === 'user') return calling([tools[0]]);
  if (form?.type === 'json_schema') {
    return { text: JSON.stringify(instance(form.json_schema.schema)), calls: [], finish: 'stop' };
  }
  if (form) return { text: '{"ok": true}', calls: [], finish: 'stop' };
  const words = wordsFor(asked).split(' ');
  const most = asked.max_tokens ?? Number.POSITIVE_INFINITY;
  const text = words.slice(0, most).join(' ');
  return { text, calls: [], finish: words.length >= most ? 'length' : 'stop' };
};

const tokensIn = ({ text, calls }: Said): number => text.split(' ').length + calls.length * 10;

const send = (response: ServerResponse, value: Json): void => {
  response.writeHead(200, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
};

const chunkOf = (delta: Json, finish: string | null = null): Json => ({
  id: 'chatcmpl-1',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'tiny',
  choices: [{ index: 0, delta, finish_reason: finish }],
});

/** The chunks of a stream, as vLLM cuts them. */
const chunksFor = (asked: Json, said: Said): readonly Json[] => [
  chunkOf({ role: 'assistant', content: '' }),
  ...said.text
    .split(/(?<= )/)
    .filter((word) => word !== '')
    .map((content) => chunkOf({ content })),
  ...said.calls.flatMap(({ function: { arguments: given, ...named }, ...call }, index) => [
    chunkOf({ tool_calls: [{ index, ...call, function: { ...named, arguments: '' } }] }),
    ...[...given.match(/.{1,7}/g)].map((part) =>
      chunkOf({ tool_calls: [{ index, function: { arguments: part } }] }),
    ),
  ]),
  chunkOf({}, said.finish),
  ...(asked.stream_options?.include_usage
    ? [{ ...chunkOf({}), choices: [], usage: usageFor(asked, tokensIn(said)) }]
    : []),
];

/** Writes without an end, until the client leaves. */
const endless = (call: Call): void => {
  const timer = setInterval(() => {
    call.response.write(`data: ${JSON.stringify(chunkOf({ content: 'x ' }))}\n\n`);
  }, 5);
  void call.closed.then(() => clearInterval(timer));
};

const stream = (call: Call, asked: Json, spoil: Spoil): void => {
  const { response } = call;
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  if (asked.max_tokens === undefined) {
    endless(call);
    return;
  }
  for (const chunk of chunksFor(asked, answerTo(asked))) {
    const value = spoil(chunk, 'chunk', asked);
    if (value === 'cut') {
      response.end();
      return;
    }
    if (value !== undefined) response.write(`data: ${JSON.stringify(value)}\n\n`);
  }
  response.end('data: [DONE]\n\n');
};

const wholeChat = (asked: Json): Json => {
  const said = answerTo(asked);
  const { text, calls, finish } = said;
  const message = {
    role: 'assistant',
    content: text || null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  return {
    ...{ id: 'chatcmpl-1', object: 'chat.completion', created: 1, model: 'tiny' },
    choices: [{ index: 0, message, finish_reason: finish }],
    usage: usageFor(asked, tokensIn(said)),
  };
};

const completion = (asked: Json): Json => ({
  ...{ id: 'cmpl-1', object: 'text_completion', created: 1, model: 'tiny' },
  choices: [{ index: 0, text: ' a king', finish_reason: 'length' }],
  usage: usageFor(asked, 2),
});

const embeddings = (asked: Json): Json => ({
  object: 'list',
  data: asked.input.map((text: string, index: number) => ({
    ...{ object: 'embedding', index },
    embedding: [1, text.length, text.charCodeAt(0)],
  })),
  model: 'tiny',
  usage: usageFor(asked, 0),
});

/** An engine whose model does all that it is asked for; `spoil` changes what goes out. */
export const obligingEngine =
  (spoil: Spoil = (value) => value): Script =>
  (call) => {
    const asked = JSON.parse(call.body.toString() || '{}');
    if (call.path === '/v1/chat/completions') {
      if (asked.stream) stream(call, asked, spoil);
      else send(call.response, spoil(wholeChat(asked), 'chat', asked));
    } else if (call.path === '/v1/completions') {
      send(call.response, spoil(completion(asked), 'completion', asked));
    } else {
      send(call.response, spoil(embeddings(asked), 'embeddings', asked));
    }
  };
