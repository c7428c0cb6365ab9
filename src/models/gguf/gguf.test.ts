import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ggufFile, plainLlama } from '../../../test/support/gguf-file.ts';
import { realSystem } from '../../system/system.ts';
import { ggufFacts, missingTail } from './facts.ts';
import { readGguf } from './read-gguf.ts';

const system = realSystem();
const folder = mkdtempSync(join(tmpdir(), 'localai-gguf-'));
afterAll(() => rmSync(folder, { recursive: true }));

const read = (content: Buffer) => {
  const path = join(folder, 'a.gguf');
  writeFileSync(path, content);
  return readGguf(system, path);
};

const headerOf = async (content: Buffer) => {
  const result = await read(content);
  if ('problem' in result) throw new Error(result.problem);
  return result.header;
};

test('says what a file is', async () => {
  expect(ggufFacts(await headerOf(ggufFile()))).toEqual({
    name: 'Tiny',
    architecture: 'llama',
    license: 'apache-2.0',
    parameters: 64,
    contextTokens: 2048,
    layers: 4,
    kvHeads: 2,
    headWidth: 16,
    // 4 layers x 2 KV heads x (16 + 16) x 2 bytes
    kvBytesPerToken: 512,
    tokenizer: 'gpt2',
    vocabulary: 3,
    chatTemplate: true,
    toolTemplate: true,
  });
});

test('what a file does not say is null', async () => {
  const facts = ggufFacts(await headerOf(ggufFile({ 'general.architecture': 'odd', 'odd.block_count': 2 })));
  expect(facts).toMatchObject({ layers: 2, kvHeads: null, kvBytesPerToken: null, chatTemplate: false });
});

test('a figure per layer counts when all are the same', async () => {
  const perLayer = (heads: readonly number[]) => ({ ...plainLlama, 'llama.attention.head_count_kv': heads });
  expect(ggufFacts(await headerOf(ggufFile(perLayer([2, 2, 2, 2])))).kvHeads).toBe(2);
  expect(ggufFacts(await headerOf(ggufFile(perLayer([2, 0, 2, 0])))).kvHeads).toBe(4);
});

test('a long vocabulary is counted, not kept; a header of several megabytes is read', async () => {
  const words = Array.from({ length: 200_000 }, (_, index) => `word number ${index}`);
  const header = await headerOf(ggufFile({ ...plainLlama, 'tokenizer.ggml.tokens': words }));
  expect(header.values.get('tokenizer.ggml.tokens')).toEqual({ length: 200_000 });
  expect(ggufFacts(header)).toMatchObject({ vocabulary: 200_000, layers: 4 });
});

test('a file whose end is missing is found out, a whole one is not', async () => {
  const content = ggufFile(plainLlama, 1000);
  expect(missingTail(await headerOf(content))).toBeUndefined();
  expect((await headerOf(content)).wholeBytes).toBe(content.byteLength);
  expect(missingTail(await headerOf(content.subarray(0, -1)))).toMatch(/^it is cut off: /);
});

const head = (tensors: number, entries: number): Buffer => {
  const bytes = Buffer.alloc(64);
  bytes.write('GGUF');
  bytes.writeUInt32LE(3, 4);
  bytes.writeBigUInt64LE(BigInt(tensors), 8);
  bytes.writeBigUInt64LE(BigInt(entries), 16);
  return bytes;
};

test.each([
  ['an empty file', Buffer.alloc(0), 'it is not a GGUF file'],
  ['a text', Buffer.from('version https://git-lfs.github.com/spec/v1'), 'it is not a GGUF file'],
  ['a header that breaks off', ggufFile().subarray(0, 200), 'it ends within its header'],
  ['absurdly many entries', head(1, 2 ** 40), 'a figure is absurd'],
  ['absurdly many tensors', head(2 ** 40, 0), 'a figure is absurd'],
  [
    'an absurdly long text',
    Buffer.concat([head(0, 1).subarray(0, 24), Buffer.alloc(8, 0x7f)]),
    'a figure is absurd',
  ],
])('%s: %s', async (_name, content, problem) => {
  expect(await read(content)).toEqual({ problem });
});

test('another version is refused by its number', async () => {
  const content = Buffer.from(ggufFile());
  content.writeUInt32LE(1, 4);
  expect(await read(content)).toEqual({ problem: 'GGUF version 1 cannot be read' });
});

test('bytes that are no header never hang or crash', async () => {
  const content = ggufFile();
  for (let at = 8; at < content.byteLength; at += 5) {
    const bad = Buffer.from(content);
    bad[at] = (bad[at] ?? 0) ^ 0xff;
    const result = await read(bad);
    expect('header' in result || typeof result.problem === 'string').toBe(true);
  }
});
