import { execFile, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { beginStream, chatEvent, json, type Script, startUpstream, streamEnd } from '../fakes/upstream.ts';
import { startTestGateway, testKey } from './gateway.ts';

/* The commands of docs/api-examples.md, run by bash and curl as they stand there. */

const page = readFileSync(join(import.meta.dirname, '../../docs/api-examples.md'), 'utf8');
const blocks = [...page.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);
const [variables = '', ...examples] = blocks;

const canRun = ['bash', 'curl'].every((program) => spawnSync(program, ['--version']).error === undefined);

const engine: Script = (call) => {
  if (!JSON.parse(call.body.toString()).stream) return json({ answered: call.path })(call);
  beginStream(call);
  call.response.end(chatEvent('one') + streamEnd);
};

test('there are examples', () => {
  expect(variables).toContain('url=http://127.0.0.1:8080');
  expect(examples.length).toBeGreaterThan(8);
});

test.skipIf(!canRun).each(examples)('%s', async (example) => {
  await using upstream = await startUpstream(engine);
  const gateway = await startTestGateway({
    models: [{ id: 'one', roles: ['coder', 'general'], upstream: upstream.endpoint }],
  });
  const own = variables
    .replace('http://127.0.0.1:8080', gateway.url)
    .replace('$(npx localai key show)', testKey);
  expect(own).toContain(`key=${testKey}\n`);
  const commands = example.replaceAll('curl ', 'curl -sS --fail-with-body ');
  const run = promisify(execFile);
  const { stdout } = await run('bash', ['-euc', `${own}\n${commands}`], {
    env: { ...process.env, NO_PROXY: '*' },
  });
  expect(stdout).not.toBe('');
});
