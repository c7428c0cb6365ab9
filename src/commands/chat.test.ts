import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../../test/support/command-line.ts';
import {
  answering,
  chatChunk,
  refusing,
  sendEnd,
  sendPieces,
  startGateway,
} from '../../test/support/scripted-gateway.ts';
import { resolvePaths } from '../config/paths.ts';
import { writeRecord } from '../stack/record.ts';
import { realSystem } from '../system/system.ts';

let home: string;
let env: Record<string, string>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'localai-chat-'));
  env = { HOME: home, LOCALAI_HOME: home };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** What `serve` leaves for others to find it: a server at `url`, which is this very process. */
const pretendRunning = async (url: string): Promise<void> => {
  const system = realSystem(env);
  const self = await system.processes.identify(process.pid);
  if (!self) throw new Error('this process cannot be identified');
  const gateway = { host: '127.0.0.1', port: 1, url };
  const record = {
    schemaVersion: 1,
    version: '0',
    process: self,
    gateway,
    configHash: '',
    startedAt: 0,
  } as const;
  await writeRecord(system, resolvePaths(system), record);
  writeFileSync(join(home, 'owner.key'), 'lai-owner\n');
};

test('without a running server it says how to start one', async () => {
  const { code, stderr } = await runCommand(['chat', 'hi'], { env });
  expect(code).toBe(3);
  expect(stderr).toContain('Start it with `localai up`.');
});

test('the server of this machine is asked with the owner key', async () => {
  await using gateway = await startGateway(answering('Hel', 'lo'));
  await pretendRunning(gateway.url);
  const { code, stdout, stderr } = await runCommand(['chat', 'Say', 'hello'], { env });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'Hello\n', stderr: '' });
  expect(gateway.seen).toMatchObject([
    { key: 'Bearer lai-owner', body: { messages: [{ role: 'user', content: 'Say hello' }] } },
  ]);
  expect(gateway.seen[0]?.body).not.toHaveProperty('model');
});

test.each([[{}], [{ LOCALAI_API_KEY: 'theirs' }]])(
  'another gateway never gets the owner key (%o)',
  async (more: { LOCALAI_API_KEY?: string }) => {
    await using gateway = await startGateway(answering('ok'));
    await pretendRunning('http://127.0.0.1:9');
    await runCommand(['chat', 'hi', '--url', `${gateway.url}/v1`], { env: { ...env, ...more } });
    const key = more.LOCALAI_API_KEY && `Bearer ${more.LOCALAI_API_KEY}`;
    expect(gateway.seen.map((one) => one.key)).toEqual([key]);
  },
);

test('LOCALAI_URL names another gateway, too', async () => {
  await using gateway = await startGateway(answering('ok'));
  const { stdout } = await runCommand(['chat', 'hi'], { env: { ...env, LOCALAI_URL: gateway.url } });
  expect(stdout).toBe('ok\n');
});

test.each([
  [[], 'What is this?\n', 'What is this?'],
  [['Explain:'], 'a\nb\n', 'Explain:\n\na\nb'],
])('what is piped in is asked, after the words %j', async (words, input, content) => {
  await using gateway = await startGateway(answering('ok'));
  await runCommand(['chat', ...words, '--url', gateway.url], { env, input });
  expect(gateway.seen[0]?.body).toMatchObject({ messages: [{ role: 'user', content }] });
});

test('no question at all is wrong use', async () => {
  const { code, stderr } = await runCommand(['chat', '--url', 'http://127.0.0.1:9'], { env, input: ' \n' });
  expect(code).toBe(2);
  expect(stderr).toContain('There is no question.');
});

test('options become fields of the request', async () => {
  await using gateway = await startGateway(answering('ok'));
  const options = ['-m', 'tiny', '-s', 'Be brief.', '--max-tokens', '5', '--temperature', '0'];
  await runCommand(['chat', 'hi', ...options, '--url', gateway.url], { env });
  expect(gateway.seen[0]?.body).toMatchObject({
    ...{ model: 'tiny', max_tokens: 5, temperature: 0 },
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hi' },
    ],
  });
});

test.each([
  [['--max-tokens', '0']],
  [['--max-tokens', '1.5']],
  [['--temperature', 'hot']],
  [['--url', 'ftp://x']],
])('%j is wrong use', async (options) => {
  const { code, stderr } = await runCommand(['chat', 'hi', ...options], { env });
  expect(code).toBe(2);
  expect(stderr).toContain('[USAGE]');
});

test('--json gives one document, with the model that really answered', async () => {
  await using gateway = await startGateway((response) => {
    sendPieces(response);
    response.write(chatChunk({ reasoning: 'hm' }));
    response.write(chatChunk({ content: 'Hello' }));
    sendEnd(response, 'length');
  });
  const { stdout, stderr } = await runCommand(['chat', 'hi', '--json', '-v', '--url', gateway.url], { env });
  expect(JSON.parse(stdout)).toEqual({
    ...{ model: 'tiny', answer: 'Hello', reasoning: 'hm', finishReason: 'length' },
    usage: { promptTokens: 7, completionTokens: 3 },
    firstPieceMs: expect.any(Number),
    tokensPerSecond: expect.any(Number),
  });
  expect(stderr).toContain('warning: the answer was cut at the limit of tokens');
  expect(stderr).toMatch(/tiny, first token after \d+ ms, [\d.]+ tokens\/s, 7 \+ 3 tokens/);
});

test('a model that still loads is waited for, with one note', async () => {
  const loading = refusing(503, 'model_loading', 'tiny is still loading', { 'retry-after': '0' });
  await using gateway = await startGateway(loading, loading, answering('now'));
  const { code, stdout, stderr } = await runCommand(['chat', 'hi', '--url', gateway.url], { env });
  expect({ code, stdout, stderr }).toEqual({
    ...{ code: 0, stdout: 'now\n' },
    stderr: 'The model is still loading; waiting for it.\n',
  });
});

test('a wrong key is told apart from a missing server', async () => {
  await using gateway = await startGateway(refusing(401, 'invalid_api_key', 'Missing or wrong API key.'));
  const { code, stdout, stderr } = await runCommand(['chat', 'hi', '--url', gateway.url], { env });
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  expect(stderr).toContain('refused the API key');
});
