import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { startHub } from '../../test/fakes/hub.ts';
import { ggufFile, plainLlama } from '../../test/support/gguf-file.ts';
import { modelWorld } from '../../test/support/model-world.ts';
import { safetensorsFile, tinyConfig } from '../../test/support/safetensors-file.ts';
import { readBuild } from './build-facts.ts';
import { parseReference } from './reference.ts';
import { headerLength, readHeader } from './safetensors/header.ts';

const signal = new AbortController().signal;
const gib = 1024 ** 3;

const shards = {
  'model-00001-of-00002.safetensors': safetensorsFile({ 'model.embed.weight': [256, 64] }),
  'model-00002-of-00002.safetensors': safetensorsFile({
    'model.layers.0.weight': [64, 64],
    'mtp.layers.0.weight': [64, 128],
  }),
};
const kept = (256 * 64 + 64 * 64) * 2;

test('a model of the hub is read from its config and the heads of its weights', async () => {
  const padding = Buffer.alloc(2 * 1024 * 1024);
  const large = (content: Buffer) => ({ content: Buffer.concat([content, padding]), large: true });
  await using hub = await startHub({
    'org/new': {
      files: {
        'config.json': { content: Buffer.from(JSON.stringify(tinyConfig)) },
        'model-00001-of-00002.safetensors': large(shards['model-00001-of-00002.safetensors']),
        'model-00002-of-00002.safetensors': large(shards['model-00002-of-00002.safetensors']),
        'consolidated.safetensors': large(safetensorsFile({ all: [9, 9] })),
      },
    },
  });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const build = await readBuild(world.system, parseReference('org/new', '/'), signal);
  expect(build).toMatchObject({
    name: 'new',
    reference: 'org/new',
    quantization: 'bf16',
    shape: {
      hidden: 64,
      contextTokens: 2048,
      layers: [{ kind: 'full', count: 2, kvHeads: 2, keyWidth: 16 }],
    },
    weights: { gib: kept / gib, sure: 'config' },
    model: null,
  });
  const ranges = hub.seen.filter(({ path }) => path.endsWith('.safetensors')).map(({ range }) => range);
  expect(new Set(ranges)).toEqual(new Set(['bytes=0-262143']));
});

test('a header longer than the first piece is asked for whole', async () => {
  const names = Array.from({ length: 6000 }, (_, index) => [`model.layers.${index}.weight`, [4]] as const);
  const content = safetensorsFile(Object.fromEntries(names));
  await using hub = await startHub({
    'org/long': {
      files: {
        'config.json': { content: Buffer.from(JSON.stringify(tinyConfig)) },
        'model.safetensors': { content, large: true },
      },
    },
  });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const build = await readBuild(world.system, parseReference('org/long', '/'), signal);
  expect(build.weights.gib * gib).toBeCloseTo(6000 * 4 * 2, 3);
});

test('what cannot be planned says why', async () => {
  await using hub = await startHub({
    'org/gguf': { files: { 'config.json': { content: Buffer.from(JSON.stringify(tinyConfig)) } } },
    'org/odd': { files: { 'config.json': { content: Buffer.from('{"hidden_size": 4}') } } },
  });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const problem = (word: string) => readBuild(world.system, parseReference(word, world.home), signal);
  await expect(problem('org/gguf')).rejects.toMatchObject({
    code: 'MODEL_NOT_PLANNABLE',
    message: expect.stringContaining('no safetensors'),
  });
  await expect(problem('org/odd')).rejects.toThrow('names no hidden_size or vocab_size');
  await expect(problem('org/absent')).rejects.toMatchObject({ code: 'HUB_NOT_FOUND' });
  await expect(problem('./nothing')).rejects.toMatchObject({ code: 'MODEL_FILE_MISSING' });
});

test('a build of the catalogue needs no network', async () => {
  using world = modelWorld({ HF_HUB_OFFLINE: '1' });
  const read = (word: string) => readBuild(world.system, parseReference(word, '/'), signal);
  expect(await read('openai/gpt-oss-20b')).toMatchObject({ name: 'gpt-oss-20b', quantization: 'mxfp4' });
  await expect(read('org/unknown')).rejects.toMatchObject({ code: 'HUB_OFFLINE' });
});

test('folders and files of this disk', async () => {
  using world = modelWorld();
  const folder = join(world.home, 'mine');
  mkdirSync(folder);
  writeFileSync(join(folder, 'config.json'), JSON.stringify(tinyConfig));
  const read = (path: string) => readBuild(world.system, parseReference(path, '/'), signal);
  await expect(read(folder)).rejects.toThrow('no safetensors in it');
  for (const [name, content] of Object.entries(shards)) writeFileSync(join(folder, name), content);
  expect((await read(folder)).weights.gib * gib).toBeCloseTo(kept, 3);
  const file = join(world.home, 'tiny-Q8_0.gguf');
  writeFileSync(file, ggufFile({ ...plainLlama, 'llama.feed_forward_length': 128 }));
  expect(await read(file)).toMatchObject({
    quantization: 'gguf',
    shape: { hidden: 64, intermediate: 128, vocabulary: 3, layers: [{ kind: 'full', count: 4, kvHeads: 2 }] },
  });
});

test('a file that is no safetensors is refused', () => {
  expect(() => headerLength(Buffer.from('short'))).toThrow('too short');
  expect(() => headerLength(Buffer.from('GGUF....'))).toThrow('not a safetensors file');
  expect(() => readHeader('{"a": {"dtype": "BF16"}}')).toThrow();
});
