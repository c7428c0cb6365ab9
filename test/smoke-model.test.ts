import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findInCatalog } from '../src/models/catalog/catalog.ts';
import { readGguf } from '../src/models/gguf/read-gguf.ts';
import { realSystem } from '../src/system/system.ts';
import { smokeModel } from './support/smoke-model.ts';

/** That the model in the repository is what the catalogue says and was made from what lies in tools/smoke-model. */
const root = join(import.meta.dirname, '..');
const tool = join(root, 'tools', 'smoke-model');
const texts = readdirSync(join(tool, 'texts'))
  .filter((name) => name.endsWith('.txt'))
  .sort()
  .map((name) => readFileSync(join(tool, 'texts', name), 'utf8'));

const sha256 = (parts: readonly (string | Buffer)[]): string => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};

const valuesOf = async (): Promise<ReadonlyMap<string, unknown>> => {
  const read = await readGguf(realSystem(), smokeModel);
  if ('problem' in read) throw new Error(read.problem);
  return read.header.values;
};

test('the catalogue names its size, parameters and hash', async () => {
  const read = await readGguf(realSystem(), smokeModel);
  const content = readFileSync(smokeModel);
  expect(findInCatalog('localai-smoke')).toMatchObject({
    parameters: 'header' in read ? read.header.parameters : undefined,
    sizeBytes: content.byteLength,
    sha256: sha256([content]),
  });
  expect(content.byteLength).toBeLessThanOrEqual(2_000_000);
});

test('it was trained on these texts: whoever changes them trains again', async () => {
  expect((await valuesOf()).get('localai.texts_sha256')).toBe(sha256(texts));
});

test('it has the template that lies beside its script', async () => {
  const template = readFileSync(join(tool, 'chat_template.jinja'), 'utf8').replace(/\n+$/, '');
  expect((await valuesOf()).get('tokenizer.chat_template')).toBe(template);
});

test('it was taught no command that does not exist', () => {
  const documented = readFileSync(join(root, 'docs', 'commands.md'), 'utf8');
  const commands = new Set([...documented.matchAll(/^## localai (.+)$/gm)].map(([, name]) => name));
  const taught = texts
    .join('\n')
    .split('\n')
    .filter((line) => line.startsWith('say:'))
    .flatMap((line) => [...line.matchAll(/`(?:npx )?localai ((?:[a-z]+)(?: [a-z]+)?)/g)])
    .map(([, words = '']) => words);
  const hasOwn = (name: string): boolean => [...commands].some((one) => one?.startsWith(`${name} `));
  const known = (words: string): boolean => {
    const [first = ''] = words.split(' ');
    return commands.has(words) || (commands.has(first) && !hasOwn(first));
  };
  expect(taught.length).toBeGreaterThan(20);
  expect(taught.filter((words) => !known(words))).toEqual([]);
});

/** Texts as a GGUF file holds them: each with its length in eight bytes before it. */
const asGguf = (items: readonly string[]): Buffer =>
  Buffer.concat(
    items.flatMap((item) => {
      const text = Buffer.from(item);
      const length = Buffer.alloc(8);
      length.writeBigUInt64LE(BigInt(text.byteLength));
      return [length, text];
    }),
  );

/** A Python that has what tools/smoke-model/prepare.py imports; torch is not among it. */
const python = process.env['LOCALAI_TEST_PYTHON'] ?? 'python3';
const canPrepare = spawnSync(python, ['-c', 'import tokenizers']).status === 0;

test.skipIf(!canPrepare)(
  'its samples and vocabulary come out the same each time, and are its own',
  async () => {
    const prepare = (seed: string): string =>
      execFileSync(python, ['-B', join(tool, 'prepare.py')], {
        encoding: 'utf8',
        env: { ...process.env, PYTHONHASHSEED: seed },
      });
    const once = prepare('1');
    expect(prepare('2')).toBe(once);
    const { tokens } = JSON.parse(once);
    expect(tokens).toHaveLength(2048);
    expect(readFileSync(smokeModel).includes(asGguf(tokens))).toBe(true);
  },
);
