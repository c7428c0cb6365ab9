/** What is asked of an engine that is recorded, and of every engine that the same tests run against. */
export interface Ask {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent as it is. */
  readonly body?: string;
}

const post = (path: string, body: unknown): Ask & { readonly body: string } => ({
  method: 'POST',
  path,
  body: JSON.stringify(body),
});

const get = (path: string): Ask => ({ method: 'GET', path });

/** The name under which the engine serves its model. */
export const askedModel = 'tiny';

const model = askedModel;
const messages = [{ role: 'user', content: 'Count to five.' }];
const calm = { model, temperature: 0, seed: 1 };
const chat = { ...calm, messages, max_tokens: 24 };
const prompt = 'One, two, three,';
const tools = [
  {
    type: 'function',
    function: {
      name: 'get_weather',
      parameters: {
        type: 'object',
        properties: { city: { type: 'string', maxLength: 12 } },
        required: ['city'],
      },
    },
  },
];
const tool_choice = { type: 'function', function: { name: 'get_weather' } };

const chats = '/v1/chat/completions';
const completions = '/v1/completions';

export const asks = {
  chat: post(chats, chat),
  'chat-stream': post(chats, { ...chat, stream: true }),
  'chat-stream-usage': post(chats, { ...chat, stream: true, stream_options: { include_usage: true } }),
  'chat-stream-two-choices': post(chats, { ...chat, stream: true, n: 2, temperature: 1, max_tokens: 4 }),
  /** Longer than anyone waits; recorded until its client leaves. */
  'long-stream': post(chats, { ...chat, stream: true, max_tokens: 1500, ignore_eos: true }),
  'tool-call': post(chats, { ...chat, tools, tool_choice, max_tokens: 60 }),
  'tool-call-stream': post(chats, { ...chat, tools, tool_choice, max_tokens: 60, stream: true }),
  completion: post(completions, { ...calm, prompt, max_tokens: 8 }),
  'completion-stream': post(completions, { ...calm, prompt, max_tokens: 8, stream: true }),
  'unicode-stream': post(completions, {
    ...{ ...calm, prompt: '日本語 👩‍👩‍👧 naïve', max_tokens: 4, stream: true, echo: true },
  }),
  embeddings: post('/v1/embeddings', { model, input: 'hello' }),
  tokenize: post('/tokenize', { model, prompt: 'hello 日本語' }),
  detokenize: post('/detokenize', { model, tokens: [1, 2, 3] }),
  'unknown-model': post(chats, { ...chat, model: 'nobody' }),
  'context-overflow': post(chats, { ...chat, max_tokens: 100_000 }),
  'prompt-too-long': post(chats, { ...chat, messages: [{ role: 'user', content: 'one '.repeat(4000) }] }),
  'parameter-out-of-range': post(chats, { ...chat, temperature: -1 }),
  'parameter-missing': post(chats, { model }),
  'not-json': { method: 'POST', path: chats, body: '{"model":' },
  models: get('/v1/models'),
  health: get('/health'),
  version: get('/version'),
  metrics: get('/metrics'),
} as const satisfies Readonly<Record<string, Ask>>;

export type AskName = keyof typeof asks;
