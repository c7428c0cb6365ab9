import { statSync } from 'node:fs';
import { join } from 'node:path';
import OpenAI from 'openai';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CliResult, Installation, isAlive, processesNaming } from './support/installation.ts';

/** From nothing to an answer and back to nothing, as somebody does who has just cloned the repository. */
describe('a machine that reaches npm and PyPI, but no hub', () => {
  let machine: Installation;
  let first: CliResult;
  let client: OpenAI;

  beforeAll(async () => {
    machine = await Installation.empty();
    first = await machine.run(['up']);
    expect(first.code, first.stderr).toBe(0);
    client = new OpenAI({ baseURL: `${machine.url}/v1`, apiKey: await machine.key(), maxRetries: 0 });
  });
  afterAll(() => machine.remove());

  test('`up` ends well, and says what it serves, where, and with which key', async () => {
    expect(first.code, first.stderr).toBe(0);
    expect(first.stdout).toContain(`${machine.url}/v1`);
    expect(first.stdout).toContain(await machine.key());
    expect(first.stdout).toContain('SmolLM2-135M-Instruct');
    expect(first.stdout).toMatch(/good for trying/);
  });

  test('that the hub is out of reach is said once', () => {
    const lines = first.stderr.split('\n').filter((line) => /hub/i.test(line) && /reach/i.test(line));
    expect(lines).toHaveLength(1);
  });

  test('what is secret is readable by its owner alone', () => {
    const config = join(machine.home, '.config', 'localai');
    for (const name of ['keys.json', 'owner.key']) {
      expect(statSync(join(config, name)).mode & 0o077, name).toBe(0);
    }
  });

  test('without a key there is no answer', async () => {
    const answer = await fetch(`${machine.url}/v1/models`);
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ error: { code: 'invalid_api_key' } });
  });

  test('the OpenAI SDK lists the model, chats and streams', async () => {
    const models = await client.models.list();
    expect(models.data.map(({ id }) => id)).toEqual(['SmolLM2-135M-Instruct']);
    const messages = [
      { role: 'system' as const, content: 'Answer in one sentence.' },
      { role: 'user' as const, content: 'What is the capital of France?' },
    ];
    const whole = await client.chat.completions.create({
      model: 'general',
      messages,
      temperature: 0,
      max_tokens: 30,
    });
    expect(whole.choices[0]?.message.content).toContain('Paris');
    expect(whole.model).toBe('SmolLM2-135M-Instruct');
    const stream = await client.chat.completions.create({
      ...{ model: 'general', messages, temperature: 0, max_tokens: 30, stream: true },
      stream_options: { include_usage: true },
    });
    let text = '';
    let usage = 0;
    for await (const part of stream) {
      text += part.choices[0]?.delta.content ?? '';
      usage = part.usage?.completion_tokens ?? usage;
    }
    expect(text).toBe(whole.choices[0]?.message.content);
    expect(usage).toBe(whole.usage?.completion_tokens);
  });

  test('embeddings are vectors of unit length', async () => {
    const { data } = await client.embeddings.create({ model: 'general', input: ['one', 'two'] });
    expect(data).toHaveLength(2);
    for (const { embedding } of data) {
      expect(embedding.reduce((sum, x) => sum + x * x, 0)).toBeCloseTo(1, 3);
    }
  });

  test('a forced tool call with an anyOf schema is valid', async () => {
    const parameters = {
      type: 'object',
      properties: { when: { anyOf: [{ type: 'integer', minimum: 0, maximum: 23 }, { type: 'null' }] } },
      required: ['when'],
      additionalProperties: false,
    };
    const { choices } = await client.chat.completions.create({
      model: 'general',
      messages: [{ role: 'user', content: 'Wake me up at 7.' }],
      tools: [{ type: 'function', function: { name: 'set_alarm', parameters } }],
      tool_choice: 'required',
      max_tokens: 60,
    });
    expect(choices[0]?.finish_reason).toBe('tool_calls');
    const call = choices[0]?.message.tool_calls?.[0];
    if (call?.type !== 'function') throw new Error('no function was called');
    expect(call.function.name).toBe('set_alarm');
    const { when } = JSON.parse(call.function.arguments);
    expect(when === null || (Number.isInteger(when) && when >= 0 && when <= 23)).toBe(true);
  });

  test('`localai chat` answers a question, and what is piped in', async () => {
    const asked = await machine.run(['chat', 'Write a Python function that adds two numbers.']);
    expect(asked.code, asked.stderr).toBe(0);
    expect(asked.stdout.length).toBeGreaterThan(20);
    const piped = await machine.run(['chat'], { input: 'What is the capital of France?' });
    expect(piped.code, piped.stderr).toBe(0);
    expect(piped.stdout.trim()).not.toBe('');
  });

  test('`status --json` names the real model and what it does', async () => {
    const status = await machine.status();
    expect(status.gateway?.url).toBe(machine.url);
    const [model] = status.models;
    expect(model).toMatchObject({
      id: 'SmolLM2-135M-Instruct',
      state: 'ready',
      engine: 'llamacpp',
      restarts: 0,
    });
    expect(model?.file).toMatch(/\.gguf$/);
    expect(model?.context).toBeGreaterThanOrEqual(2048);
    expect(model?.tokensPerSecond).toBeGreaterThan(0);
    expect(status.decisions.join('\n')).toContain('SmolLM2-135M-Instruct');
  });

  test('a second `up` changes nothing', async () => {
    const before = await machine.status();
    const again = await machine.run(['up', '--json']);
    expect(again.code, again.stderr).toBe(0);
    expect(JSON.parse(again.stdout)).toMatchObject({ how: 'unchanged', changes: [] });
    expect((await machine.status()).pid).toBe(before.pid);
  });

  test('`down` leaves nothing behind, and may be said twice', async () => {
    const { pid, models } = await machine.status();
    const down = await machine.run(['down']);
    expect(down.code, down.stderr).toBe(0);
    expect([pid, models[0]?.pid].some((one) => one && isAlive(one))).toBe(false);
    expect(processesNaming(machine.home)).toEqual([]);
    expect(machine.runtimeFiles()).toEqual([]);
    await expect(fetch(machine.url)).rejects.toThrow();
    expect((await machine.run(['down'])).code).toBe(0);
    expect((await machine.run(['status'])).code).toBe(3);
    expect((await machine.run(['chat', 'hello'])).code).toBe(3);
  });
});
