import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { safetensorsFile, tinyConfig } from '../../test/support/safetensors-file.ts';
import { realSystem } from '../system/system.ts';
import { openPathModel } from './path-model.ts';

const place = mkdtempSync(join(tmpdir(), 'path-model-'));
afterAll(() => rmSync(place, { recursive: true, force: true }));

const folderWith = (name: string, files: Readonly<Record<string, string | Buffer>>): string => {
  const folder = join(place, name);
  mkdirSync(folder);
  for (const [file, content] of Object.entries(files)) writeFileSync(join(folder, file), content);
  return folder;
};

const shard = safetensorsFile({ 'model.embed.weight': [4, 4] });
const config = JSON.stringify(tinyConfig);
const index = JSON.stringify({
  weight_map: { a: 'model-00001-of-00002.safetensors', b: 'model-00002-of-00002.safetensors' },
});

test('a folder with safetensors is a model as a whole', async () => {
  const folder = folderWith('tiny', { 'config.json': config, 'model.safetensors': shard });
  expect(await openPathModel(realSystem(), folder)).toEqual({
    reference: folder,
    id: 'tiny',
    file: folder,
    sha256: undefined,
    sizeBytes: shard.byteLength + config.length,
    source: 'path',
  });
  await expect(openPathModel(realSystem(), folder, 'gguf')).rejects.toThrow('GGUF is needed here');
});

test('one that lacks a shard or its config.json is refused, with what is missing', async () => {
  const cut = folderWith('cut', {
    'config.json': config,
    'model-00001-of-00002.safetensors': shard,
    'model.safetensors.index.json': index,
  });
  await expect(openPathModel(realSystem(), cut)).rejects.toThrow(
    'model-00002-of-00002.safetensors is missing',
  );
  const bare = folderWith('bare', { 'model.safetensors': shard });
  await expect(openPathModel(realSystem(), bare)).rejects.toThrow('without a config.json');
});
