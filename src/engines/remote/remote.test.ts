import { expect, test } from 'vitest';
import { json, type Script, startUpstream } from '../../../test/fakes/upstream.ts';
import { machineReport } from '../../../test/support/machine-report.ts';
import { realSystem } from '../../system/system.ts';
import { serverUrl } from './ask-server.ts';
import { createRemote } from './engine.ts';
import { readRemote } from './read-remote.ts';

const system = realSystem();

/** A server that answers at these paths, and with 404 elsewhere. */
const answering =
  (answers: Readonly<Record<string, unknown>>): Script =>
  (call) => {
    const answer = answers[call.path];
    return answer === undefined ? json({ error: 'not found' }, 404)(call) : json(answer)(call);
  };

const read = async (answers: Readonly<Record<string, unknown>>, key?: string) => {
  await using server = await startUpstream(answering(answers));
  const url = 'url' in server.endpoint ? server.endpoint.url : '';
  const found = await readRemote(system, { url, key });
  return { found, calls: server.calls };
};

const list = (owner: string, ...models: readonly object[]): object => ({
  object: 'list',
  data: models.map((model) => ({ object: 'model', owned_by: owner, ...model })),
});

const nothing = { tools: false, reasoning: false, fim: false, vision: false, embeddings: false };

test('vLLM: its version, and the window of each model', async () => {
  const { found } = await read({
    '/v1/models': list('vllm', { id: 'Qwen/Qwen3-8B', max_model_len: 40_960 }),
    '/version': { version: '0.32.0' },
  });
  expect(found).toEqual({
    kind: 'vLLM',
    version: '0.32.0',
    models: [{ id: 'Qwen/Qwen3-8B', context: 40_960, ...nothing }],
  });
});

test('Ollama: what each model can do; its window is not told', async () => {
  const { found, calls } = await read({
    '/v1/models': list('library', { id: 'qwen2.5-coder:7b' }, { id: 'nomic-embed-text:latest' }),
    '/api/version': { version: '0.13.4' },
    '/api/show': {
      capabilities: ['completion', 'tools', 'insert'],
      model_info: { 'qwen2.context_length': 32_768 },
    },
  });
  expect(found).toMatchObject({
    kind: 'Ollama',
    version: '0.13.4',
    models: [{ id: 'qwen2.5-coder:7b', context: undefined, tools: true, fim: true, embeddings: false }, {}],
  });
  expect(
    calls.filter(({ path }) => path === '/api/show').map(({ body }) => JSON.parse(body.toString())),
  ).toEqual([{ model: 'qwen2.5-coder:7b' }, { model: 'nomic-embed-text:latest' }]);
});

test('LM Studio: the window that is loaded, and which model embeds', async () => {
  const { found } = await read({
    '/v1/models': list('organization_owner', { id: 'qwen3-8b' }, { id: 'nomic' }),
    '/api/v0/models': {
      data: [
        {
          id: 'qwen3-8b',
          type: 'llm',
          loaded_context_length: 8192,
          max_context_length: 40_960,
          capabilities: ['tool_use'],
        },
        { id: 'nomic', type: 'embeddings', max_context_length: 2048 },
      ],
    },
  });
  expect(found).toMatchObject({
    kind: 'LM Studio',
    models: [
      { id: 'qwen3-8b', context: 8192, tools: true },
      { id: 'nomic', context: 2048, embeddings: true },
    ],
  });
});

test('llama.cpp: the window of one request, and whether the template knows tools', async () => {
  const { found } = await read({
    '/v1/models': list('llamacpp', { id: 'gemma', meta: { n_ctx: 32_768 } }),
    '/props': {
      build_info: 'b6500-abc',
      default_generation_settings: { n_ctx: 8192 },
      chat_template: '{% if tools %}x{% endif %}',
      modalities: { vision: true },
    },
  });
  expect(found).toMatchObject({
    kind: 'llama.cpp',
    version: 'b6500-abc',
    models: [{ id: 'gemma', context: 8192, tools: true, vision: true }],
  });
});

test('our own gateway says it all in its list', async () => {
  const capabilities = {
    chat: true,
    tools: true,
    fim: true,
    reasoning: false,
    vision: false,
    embeddings: false,
  };
  const { found } = await read({
    '/v1/models': list('localai', { id: 'coder', context_length: 16_384, capabilities }),
  });
  expect(found).toMatchObject({ kind: 'localai', models: [{ context: 16_384, tools: true, fim: true }] });
});

test('anything else is an OpenAI-compatible server, asked with its key', async () => {
  const { found, calls } = await read(
    { '/v1/models': { data: [{ id: 'gpt-x' }, { id: 'text-embedding-3' }] } },
    'k',
  );
  expect(found).toMatchObject({
    kind: 'an OpenAI-compatible server',
    models: [{ id: 'gpt-x' }, { id: 'text-embedding-3', embeddings: true }],
  });
  expect(calls[0]?.headers.authorization).toBe('Bearer k');
});

test.each([
  ['no key', json({ error: 'Unauthorized' }, 401), undefined, /asks for a key: set remote\.keyFile/],
  ['another key', json({ error: 'Unauthorized' }, 401), 'k', /refuses the key/],
  ['a page', json({}, 404), undefined, /answers 404/],
  ['another form', json({ models: [] }), undefined, /no list of models/],
  ['nothing', json({ data: [] }), undefined, /no model/],
])('%s is said', async (_what, script, key, problem) => {
  await using server = await startUpstream(script);
  const url = 'url' in server.endpoint ? server.endpoint.url : '';
  expect(await readRemote(system, { url, key })).toEqual({ problem: expect.stringMatching(problem) });
});

test('nobody there is said, too', async () => {
  expect(await readRemote(system, { url: 'http://127.0.0.1:9', key: undefined })).toEqual({
    problem: expect.stringMatching(/does not answer/),
  });
});

test.each([
  ['http://host:11434/v1/', 'http://host:11434'],
  ['host:1234', 'http://host:1234'],
  ['https://example.org/api/v1', 'https://example.org/api'],
])('%s is %s', (given, url) => expect(serverUrl(given)).toBe(url));

test('the engine: nothing is started, the key stays where it is, the plan names what was found', async () => {
  const { found } = await read({ '/v1/models': list('vllm', { id: 'big', max_model_len: 4096 }) });
  const key = { variable: 'OTHER_KEY' };
  const engine = createRemote({ url: 'http://gpu:8000', key, found });
  expect(engine.probe(machineReport({}))).toEqual({ usable: true, why: 'vLLM at http://gpu:8000, 1 model' });
  const model = { id: 'big', reference: 'big', file: '', sha256: undefined, roles: [] };
  const spec = engine.spec(model, {
    ...{ contextTokens: undefined, parallel: 4, threads: undefined, cores: 2, gpu: 'auto', memoryBytes: 1e9 },
  });
  expect(JSON.parse(JSON.stringify(spec))).toEqual(spec);
  expect(engine.address(spec)).toEqual({
    ...{ endpoint: { url: 'http://gpu:8000' }, key, model: 'big', contextTokens: 4096 },
  });
});

test.each([
  [{ url: undefined, key: undefined, found: undefined }, /give --url/],
  [{ url: 'http://x', key: undefined, found: { problem: 'it has no model' } }, /http:\/\/x: it has no model/],
])('what stands in the way is the verdict', (options, why) => {
  expect(createRemote(options).probe(machineReport({}))).toEqual({
    ...{ usable: false, why: expect.stringMatching(why) },
  });
});
