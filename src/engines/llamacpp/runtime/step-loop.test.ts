import { expect, test } from 'vitest';
import { Batch } from './batch.ts';
import { Job, type JobModel } from './job.ts';
import type { LlamaSequence } from './library.ts';
import type { Generation, Sampling, Token } from './runtime.ts';
import { Slot } from './slot.ts';
import { Slots } from './slots.ts';
import { StepLoop } from './step-loop.ts';

const greedy: Sampling = {
  temperature: 0,
  topP: 1,
  topK: 0,
  minP: 0,
  seed: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  repetitionPenalty: 1,
  logitBias: new Map(),
};

const endToken = 0;
/** A prompt that begins with this makes the evaluation fail. */
const poison = 666;

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const memories = new WeakMap<LlamaSequence, () => readonly Token[]>();

/** Answers with the tokens 1, 2, 3, … for ever; each evaluation takes a turn of the event loop. */
const fakeSequence = (id: number, log: string[], checkpoints = false): LlamaSequence => {
  let memory: Token[] = [];
  let marks: Token[][] = [];
  const evaluate = async (tokens: readonly Token[]): Promise<void> => {
    await turn();
    if (tokens[0] === poison) throw new Error('Eval has failed');
    memory.push(...tokens);
    log.push(`${id}+${tokens.length}`);
  };
  const sequence: LlamaSequence = {
    get nextTokenIndex() {
      return memory.length;
    },
    needsCheckpoints: checkpoints,
    takeCheckpoint: async () => {
      log.push(`${id} mark ${memory.length}`);
      marks.push([...memory]);
    },
    adaptStateToTokens: async (tokens) => {
      log.push(`${id} back to ${tokens.length}`);
      marks = marks.filter((mark) => mark.length <= tokens.length);
      memory = checkpoints ? [...(marks.at(-1) ?? [])] : [...tokens];
    },
    clearHistory: async () => {
      log.push(`${id} cleared`);
      memory = [];
    },
    evaluateWithoutGeneratingNewTokens: evaluate,
    async *evaluateWithMetadata(tokens) {
      let next = tokens;
      for (let token = 1; ; token++) {
        await evaluate(next);
        yield { token };
        next = [token];
      }
    },
    _sequenceId: id,
    _copyStateFromOtherSequence: async (other, count) => {
      log.push(`${id} copies ${count}`);
      memory = memories.get(other)?.().slice(0, count) ?? [];
      return true;
    },
  };
  memories.set(sequence, () => memory);
  return sequence;
};

const model: JobModel = {
  contextTokens: 1000,
  isEnd: (token) => token === endToken,
  detokenize: (tokens) => tokens.join(' '),
  startGrammar: () => {
    throw new Error('Failed to parse grammar');
  },
  newBias: () => ({ _biases: new Map() }),
  now: () => 0,
};

const house = (places: number, checkpoints = false) => {
  const log: string[] = [];
  const slots = Array.from({ length: places }, (_, id) => new Slot(fakeSequence(id, log, checkpoints)));
  const batch = new Batch({
    style: { largestChunk: 64, steadyTokens: 0, flashAttention: false },
    threads: { decode: 1, prefill: 1, beside: 1 },
    setThreads: () => {},
    logProbabilities: { read: async () => ({ logprob: -1, top: [] }) },
    now: () => 0,
  });
  const embeddings = { hasWork: false, step: async () => {} };
  const loop = new StepLoop({ slots: new Slots(slots), batch, embeddings });
  const submit = (prompt: readonly Token[], more: Partial<Generation> = {}) => {
    const given: Token[] = [];
    const job = new Job(
      {
        prompt,
        maxTokens: 3,
        sampling: greedy,
        signal: new AbortController().signal,
        onToken: ({ token }) => {
          given.push(token);
          return false;
        },
        ...more,
      },
      model,
    );
    loop.submit(job);
    return { done: job.done, given };
  };
  return { loop, log, submit };
};

/** A prompt that shares nothing with another one's. */
const prompt = (seed: number, length = 10): Token[] =>
  Array.from({ length }, (_, i) => 1000 + seed * 1000 + i);

test('a full house queues, and everyone is served', async () => {
  const { submit, loop } = house(2);
  const all = [1, 2, 3, 4, 5].map((seed) => submit(prompt(seed)));
  expect([loop.running, loop.waiting]).toEqual([0, 5]);
  await turn();
  expect([loop.running, loop.waiting]).toEqual([2, 3]);
  for (const { done, given } of all) {
    expect(await done).toMatchObject({ reason: 'length', completionTokens: 3, promptTokens: 10 });
    expect(given).toEqual([1, 2, 3]);
  }
});

test('nothing is lost when a request comes while the loop is ending', async () => {
  const { submit } = house(1);
  for (let late = 0; late < 12; late++) {
    await submit(prompt(1)).done;
    for (let i = 0; i < late; i++) await (i % 2 === 0 ? Promise.resolve() : turn());
    expect(await submit(prompt(2)).done).toMatchObject({ reason: 'length' });
  }
});

test('a client that leaves is told at once and hears no more; its place is free again', async () => {
  const { submit, loop } = house(1);
  const leaving = new AbortController();
  const first = submit(prompt(1), { maxTokens: 1000, signal: leaving.signal });
  while (first.given.length < 2) await turn();
  const heard = first.given.length;
  leaving.abort();
  expect(await first.done).toMatchObject({ reason: 'abort' });
  expect((await submit(prompt(2)).done).reason).toBe('length');
  expect(first.given).toHaveLength(heard);
  expect(loop.running).toBe(0);
});

test('one that leaves while it waits never gets a place', async () => {
  const { submit, loop, log } = house(1);
  const leaving = new AbortController();
  const first = submit(prompt(1), { maxTokens: 50 });
  const second = submit(prompt(2, 7), { signal: leaving.signal });
  await turn();
  leaving.abort();
  expect(await second.done).toMatchObject({ reason: 'abort', completionTokens: 0 });
  expect(loop.waiting).toBe(0);
  await first.done;
  expect(log.some((line) => line.endsWith('+7'))).toBe(false);
  const gone = submit(prompt(3), { signal: AbortSignal.abort() });
  expect(await gone.done).toMatchObject({ reason: 'abort' });
});

test('who is being answered gets a token between any two chunks of a long prompt', async () => {
  const { submit, log } = house(2);
  const short = submit(prompt(1), { maxTokens: 200 });
  while (short.given.length === 0) await turn();
  const long = submit(prompt(2, 500), { maxTokens: 1 });
  await long.done;
  const chunks = log.filter((line) => line.startsWith('1+'));
  expect(chunks.length).toBeGreaterThan(5);
  const between = log.slice(log.indexOf(chunks[0] ?? ''));
  for (const [i, line] of between.entries()) {
    if (line.startsWith('1+') && i > 0) expect(between[i - 1]).toBe('0+1');
  }
  await short.done;
});

test('a failed evaluation is the fault of one request, and its place is cleared', async () => {
  const { submit, log } = house(2);
  const good = submit(prompt(1), { maxTokens: 20 });
  const bad = submit([poison, 1, 2]);
  await expect(bad.done).rejects.toThrow('Eval has failed');
  expect(await good.done).toMatchObject({ reason: 'length', completionTokens: 20 });
  expect(await submit(prompt(3)).done).toMatchObject({ reason: 'length' });
  expect(log).toContain('1 cleared');
});

test('what a receiver throws reaches who asked, and no one else', async () => {
  const { submit } = house(2);
  const good = submit(prompt(1));
  const onToken = (): never => {
    throw new Error('no such tool');
  };
  await expect(submit(prompt(2), { onToken }).done).rejects.toThrow('no such tool');
  expect(await good.done).toMatchObject({ reason: 'length' });
});

test('an invalid grammar is refused, and what is in memory stays', async () => {
  const { submit } = house(1);
  await submit(prompt(1)).done;
  const grammar = (): string => 'root ::=';
  await expect(submit(prompt(1), { grammar }).done).rejects.toThrow('Failed to parse grammar');
  expect(await submit(prompt(1)).done).toMatchObject({ cachedTokens: 8 });
});

test('an answer ends with an end token, a stop, a full context', async () => {
  const { submit } = house(1);
  const stop = submit(prompt(1), { maxTokens: 100, onToken: ({ token }) => token === 5 });
  expect(await stop.done).toMatchObject({ reason: 'stop', completionTokens: 5 });
  const full = submit(prompt(2, 990), { maxTokens: 100 });
  expect(await full.done).toMatchObject({ reason: 'length', completionTokens: 10 });
});

test('several answers to one prompt evaluate it once', async () => {
  const { submit, log } = house(3);
  const all = [1, 2, 3].map(() => submit(prompt(1, 600)));
  const results = await Promise.all(all.map(({ done }) => done));
  expect(results.map(({ cachedTokens }) => cachedTokens)).toEqual([0, 598, 598]);
  expect(log.filter((line) => line.includes('copies'))).toEqual(['1 copies 598', '2 copies 598']);
});

test('when who brings a shared prompt leaves, the one that waited goes on with what is there', async () => {
  const { submit, log } = house(2);
  const leaving = new AbortController();
  const first = submit(prompt(1, 900), { signal: leaving.signal });
  const second = submit(prompt(1, 900));
  while (log.length < 3) await turn();
  leaving.abort();
  expect(await first.done).toMatchObject({ reason: 'abort' });
  const { cachedTokens, reason } = await second.done;
  expect(reason).toBe('length');
  expect(cachedTokens).toBeGreaterThanOrEqual(128);
  expect(cachedTokens).toBeLessThan(898);
});

test('what is to be copied is copied before its place is given to another', async () => {
  const { submit } = house(2);
  const first = submit(prompt(1, 300), { maxTokens: 1 });
  const second = submit(prompt(1, 300));
  const third = submit(prompt(2, 300));
  await Promise.all([first.done, third.done]);
  expect(await second.done).toMatchObject({ cachedTokens: 298 });
});

test('a model that cannot go back gets marks before the end of a prompt and after an answer', async () => {
  const { submit, log } = house(1, true);
  await submit(prompt(1, 100)).done;
  const again = await submit([...prompt(1, 100), 7, 7, 7]).done;
  expect(log.filter((line) => line.includes('mark')).slice(0, 2)).toEqual(['0 mark 98', '0 mark 102']);
  expect(again.cachedTokens).toBe(98);
});

test('closing lets everyone go', async () => {
  const { submit, loop } = house(1);
  const all = [1, 2, 3].map((seed) => submit(prompt(seed), { maxTokens: 900 }));
  await turn();
  await loop.stop();
  for (const { done } of all) expect(await done).toMatchObject({ reason: 'abort' });
});
