import { mkdirSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type CliResult, Installation } from './support/installation.ts';

const smoke = 'localai-smoke';

/** Every program that could bring pip is there and does not work. */
const withoutPip = (machine: Installation): Readonly<Record<string, string>> => {
  const folder = join(machine.home, 'no-pip');
  mkdirSync(folder);
  for (const name of ['python3', 'python', 'pip3', 'pip', 'uv']) {
    writeFileSync(join(folder, name), '#!/bin/sh\nexit 127\n', { mode: 0o755 });
  }
  return { PATH: `${folder}${delimiter}${machine.env['PATH'] ?? ''}` };
};

/** pip works, but nothing listens where its registry should be. */
const deadRegistry = {
  PIP_CONFIG_FILE: '/dev/null',
  PIP_INDEX_URL: 'http://127.0.0.1:9/',
  PIP_FIND_LINKS: '',
};

/** The lines by which a person is told that something else is served than what would be best. */
const stepsDown = ({ stderr }: CliResult): readonly string[] =>
  stderr.split('\n').filter((line) => line.includes('Next best:'));

describe('a machine that reaches npm alone', () => {
  let machine: Installation;
  let env: Readonly<Record<string, string>>;
  let first: CliResult;

  beforeAll(async () => {
    machine = await Installation.empty();
    env = withoutPip(machine);
    first = await machine.run(['up'], { env });
    expect(first.code, first.stderr).toBe(0);
  });
  afterAll(() => machine.remove());

  test('`up` says each step down in a line, and what the last one is worth', () => {
    const [hub, pip, ...more] = stepsDown(first);
    expect(hub).toMatch(/hub.*cannot be reached.*SmolLM2-135M-Instruct/i);
    expect(pip).toMatch(
      /pip.*localai-smoke.*which comes with localai; a test model .* knows next to nothing/,
    );
    expect(more).toEqual([]);
    expect(first.stdout).toMatch(/model +localai-smoke/);
    expect(first.stdout).toContain('knows next to nothing');
  });

  test('a question gets a sensible answer', async () => {
    const asked = await machine.run(['chat', 'what is localai?']);
    expect(asked.code, asked.stderr).toBe(0);
    expect(asked.stdout).toContain('private AI server');
  });

  test('an answer is streamed', async () => {
    const client = new OpenAI({ baseURL: `${machine.url}/v1`, apiKey: await machine.key(), maxRetries: 0 });
    expect((await client.models.list()).data.map(({ id }) => id)).toEqual([smoke]);
    const messages = [{ role: 'user' as const, content: 'How do I stop the server?' }];
    const stream = await client.chat.completions.create({ model: 'general', messages, stream: true });
    const parts: string[] = [];
    for await (const { choices } of stream) parts.push(choices[0]?.delta.content ?? '');
    expect(parts.filter((part) => part !== '').length).toBeGreaterThan(3);
    expect(parts.join('')).toContain('localai down');
  });

  test('`status` names it and what it is worth', async () => {
    const status = await machine.status();
    expect(status.models).toMatchObject([{ id: smoke, state: 'ready', engine: 'llamacpp' }]);
    expect(status.decisions.join('\n')).toMatch(/localai-smoke.*knows next to nothing/);
  });

  test('the next `up` keeps it, and names a better one', async () => {
    const again = await machine.run(['up'], { env });
    expect(again.code, again.stderr).toBe(0);
    expect(stepsDown(again)).toEqual([]);
    expect(again.stdout).toMatch(/better model fits this machine: `.*up --model/);
  });
});

test('a pip that reaches no registry is a step down as well', async () => {
  const machine = await Installation.withEngine();
  onTestFinished(() => machine.remove());
  const up = await machine.run(['up'], { env: deadRegistry });
  expect(up.code, up.stderr).toBe(0);
  expect(stepsDown(up)).toHaveLength(2);
  expect(stepsDown(up)[1]).toMatch(/registry cannot be reached.*localai-smoke/);
});

test('it is served without a look at the network when it is asked for by name', async () => {
  const machine = await Installation.withEngine();
  onTestFinished(() => machine.remove());
  const up = await machine.run(['up', '--model', smoke], {
    env: { ...deadRegistry, ...withoutPip(machine) },
  });
  expect(up.code, up.stderr).toBe(0);
  expect(stepsDown(up)).toEqual([]);
  expect(up.stdout).toContain('knows next to nothing');
  expect((await machine.run(['chat', 'what is localai?'])).stdout).toContain('private AI server');
});
