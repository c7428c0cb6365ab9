import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { failureClasses } from './classes/book.ts';
import { classifyFailure } from './classify.ts';
import { killedClasses } from './killed.ts';

const folder = join(import.meta.dirname, '../../../test/fixtures/failures');

interface Sample {
  readonly id: string;
  readonly log: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly oomKilled: boolean | undefined;
}

const samples = readFileSync(join(folder, 'samples.txt'), 'utf8')
  .split(/^=== /m)
  .slice(1)
  .map((text): Sample => {
    const [head = '', ...lines] = text.split('\n');
    const fact = (name: string) => new RegExp(`\\b${name}=(\\S+)`).exec(head)?.[1];
    const exit = fact('exit');
    const oom = fact('oom');
    return {
      id: head.split(' ')[0] ?? '',
      log: lines.join('\n'),
      exitCode: exit === undefined ? null : Number(exit),
      signal: fact('signal') ?? null,
      oomKilled: oom === undefined ? undefined : oom === 'yes',
    };
  });

test.each(samples.map((sample, index) => [index, sample] as const))('sample %i: $id', (_index, sample) => {
  expect(classifyFailure(sample)).toMatchObject({ id: sample.id });
});

const recorded = readdirSync(join(folder, 'recorded'));

/** Of the real ones the file's name is the class, with a number where there are several. */
test.each(recorded)('recorded: %s', (name) => {
  const log = readFileSync(join(folder, 'recorded', name), 'utf8');
  const id = name.replace(/(\.\d+)?\.log$/, '');
  const found = classifyFailure({ log, exitCode: 1, signal: null });
  expect(found.id).toBe(id);
  expect(found.evidence).not.toBeNull();
});

test('each class has a sample, and an id of its own', () => {
  const seen = new Set([...samples.map(({ id }) => id), ...recorded.map((name) => name.split('.')[0])]);
  const ids = [...failureClasses, ...killedClasses].map(({ id }) => id);
  expect(ids.filter((id) => !seen.has(id))).toEqual([]);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.length).toBeGreaterThan(80);
});

test('no text keeps a gap that nothing fills', () => {
  for (const sample of samples) {
    const { problem, fix } = classifyFailure(sample);
    expect(`${problem} ${fix}`.replaceAll('{localai}', '').replaceAll('{model}', '')).not.toMatch(/[{}]/);
  }
});

test('the number that vLLM names is what it is started with once more', () => {
  const log = `ValueError: To serve at least one request with the model's max seq len (32768), (4.00 GiB KV cache is needed, which is larger than the available KV cache memory (2.00 GiB). Based on the available memory, the estimated maximum model length is 16384. Try`;
  expect(classifyFailure({ log, exitCode: 1, signal: null })).toMatchObject({
    problem: 'one request of 32768 tokens does not fit into the cache; 16384 would',
    fix: 'Ask for less: `{localai} up --context 16384`.',
    retry: { flag: '--max-model-len', value: '16384' },
  });
});

test('what nobody knows is told in its own last words, the cause before what follows', () => {
  const log = [
    '(EngineCore pid=9) ERROR 11-20 10:02:05 [core.py:1510] EngineCore failed to start.',
    '(EngineCore pid=9) ERROR 11-20 10:02:05 [core.py:1510] Traceback (most recent call last):',
    `(EngineCore pid=9) ERROR 11-20 10:02:05 [core.py:1510]   File "/opt/v/x.py", line 5, in f`,
    '(EngineCore pid=9) ERROR 11-20 10:02:05 [core.py:1510]     raise strange()',
    '(EngineCore pid=9) ERROR 11-20 10:02:05 [core.py:1510] x.StrangeError: the moon is full',
    '(APIServer pid=1) RuntimeError: Engine core initialization failed. See root cause above. Failed core proc(s): {}',
  ].join('\n');
  expect(classifyFailure({ log, exitCode: 1, signal: null })).toMatchObject({
    id: 'unclassified',
    problem: 'x.StrangeError: the moon is full',
    mayPass: true,
  });
});
