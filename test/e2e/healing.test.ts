import { createServer } from 'node:http';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { smallModel } from '../support/small-model.ts';
import { smokeModel } from '../support/smoke-model.ts';
import { Installation, isAlive, processesNaming, until } from './support/installation.ts';

const question = { messages: [{ role: 'user', content: 'Count from one to a hundred in words.' }] };

/** The larger one, which takes its time; else the one of the repository. */
const model = smallModel() ?? smokeModel;

describe('a server whose parts are killed', () => {
  let machine: Installation;
  const up = ['up', '--model', model];

  beforeAll(async () => {
    machine = await Installation.withEngine();
    const first = await machine.run(up);
    expect(first.code, first.stderr).toBe(0);
  });
  afterAll(() => machine.remove());

  const enginePid = async (): Promise<number> => (await machine.status()).models[0]?.pid ?? 0;
  const works = async (): Promise<void> => {
    const answer = await machine.post('/v1/chat/completions', { ...question, max_tokens: 5 });
    expect(answer.status).toBe(200);
  };

  test('an engine that dies mid-stream ends the stream with an error, and is started again', async () => {
    const pid = await enginePid();
    const answer = await machine.post('/v1/chat/completions', {
      ...question,
      max_tokens: 1500,
      ignore_eos: true,
      stream: true,
    });
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = (await reader?.read())?.value ?? '';
    process.kill(pid, 'SIGKILL');
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) text += part.value;
    expect(text).toContain('"error"');
    expect(text).not.toContain('[DONE]');
    await until('the engine is back', async () => {
      const [model] = (await machine.status()).models;
      return model?.state === 'ready' && model.pid !== pid;
    });
    await works();
    expect((await machine.status()).models[0]?.restarts).toBe(1);
  });

  test('an engine does not outlive a killed gateway, and `up` heals', async () => {
    const engine = await enginePid();
    process.kill((await machine.status()).pid, 'SIGKILL');
    await until('the engine is gone', () => !isAlive(engine), 15_000);
    expect((await machine.run(['status'])).code).toBe(3);
    const again = await machine.run(up);
    expect(again.code, again.stderr).toBe(0);
    await works();
  });

  test('a port that somebody else holds is named, with the next free one', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await until('it listens', () => other.listening);
    const address = other.address();
    const port = typeof address === 'object' && address ? address.port : 0;
    const refused = await machine.run([...up, '--port', String(port)]);
    expect(refused.code).toBe(8);
    expect(refused.stderr).toContain(`${port}`);
    expect(refused.stderr).toContain(`process ${process.pid}`);
    expect(refused.stderr).toMatch(/up --port \d+/);
    await works();
  });

  test('two `up` at once: one waits and says so', async () => {
    await machine.run(['down']);
    const both = await Promise.all([machine.run(up), machine.run(up)]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.filter(({ stderr }) => stderr.includes('Waiting for'))).toHaveLength(1);
    await works();
  });
});

describe('an `up` that is killed', () => {
  // The words by which a person sees which task runs.
  test.each(['Engine llamacpp', 'Model', 'Server'])('during "%s", then said again, heals', async (task) => {
    const machine = await Installation.withEngine();
    onTestFinished(() => machine.remove());
    const up = ['up', '--model', model];
    const killed = machine.start(up);
    await until(`"${task}" begins`, () => killed.said().includes(task));
    killed.child.kill('SIGKILL');
    await killed.ended;
    const again = await machine.run(up);
    expect(again.code, again.stderr).toBe(0);
    const answer = await machine.post('/v1/chat/completions', { ...question, max_tokens: 5 });
    expect(answer.status).toBe(200);
    expect((await machine.run(['down'])).code).toBe(0);
    expect(processesNaming(machine.home)).toEqual([]);
  });

  test('by Ctrl-C says so, and nothing is left in a bad state', async () => {
    const machine = await Installation.withEngine();
    onTestFinished(() => machine.remove());
    const stopped = machine.start(['up', '--model', model]);
    await until('it has begun', () => stopped.said().includes('Engine'));
    stopped.child.kill('SIGINT');
    expect(await stopped.ended).toBe(130);
    const again = await machine.run(['up', '--model', model]);
    expect(again.code, again.stderr).toBe(0);
  });
});
