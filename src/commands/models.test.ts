import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { sha256, startHub } from '../../test/fakes/hub.ts';
import { runCommand } from '../../test/support/command-line.ts';
import { ggufFile } from '../../test/support/gguf-file.ts';
import { type ModelWorld, modelWorld } from '../../test/support/model-world.ts';
import { serveLock } from '../stack/running.ts';
import { acquireLock } from '../system/lock.ts';

const model = ggufFile();
const files = { 'tiny-Q8_0.gguf': { content: model, large: true } };

const json = async (world: ModelWorld, ...args: string[]): Promise<unknown> => {
  const { stdout, code } = await runCommand(['models', ...args, '--json'], { env: world.env });
  expect(code).toBe(0);
  return JSON.parse(stdout);
};

const servedFile = (file: string): string =>
  JSON.stringify({
    schemaVersion: 1,
    keysFile: '/x',
    stateFolder: '/x',
    logs: { folder: '/x' },
    models: [{ id: 'tiny', upstream: { url: 'http://127.0.0.1:1' }, engine: { name: 'llamacpp', file } }],
  });

test('an empty disk says how to fill it', async () => {
  using world = modelWorld();
  const { code, stdout } = await runCommand(['models'], { env: world.env });
  expect(code).toBe(0);
  expect(stdout).toContain('localai models catalog');
  expect(await json(world)).toMatchObject({ models: [], totalBytes: 0 });
});

test('list, show, rm of a model that was pulled', async () => {
  await using hub = await startHub({ 'org/tiny': { files } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const { stdout } = await runCommand(['pull', 'org/tiny'], { env: world.env });
  const file = stdout.trim();
  expect(await json(world, 'list')).toMatchObject({
    models: [{ id: 'tiny', reference: 'hf:org/tiny', from: `${hub.url}/org/tiny`, file, use: 'none' }],
    totalBytes: model.byteLength,
  });
  expect(await json(world, 'show', 'tiny')).toMatchObject({
    catalog: null,
    stored: { id: 'tiny', sha256: sha256(model) },
    file: { architecture: 'llama', layers: 4, chatTemplate: true },
  });
  const shown = await runCommand(['models', 'show', 'org/tiny'], { env: world.env });
  expect(shown.stdout).toContain('Architecture   llama');
  expect(await runCommand(['models', 'rm', 'TINY'], { env: world.env })).toMatchObject({
    code: 0,
    stdout: expect.stringMatching(/^tiny: .* freed\n$/),
  });
  expect(existsSync(file)).toBe(false);
  expect(await runCommand(['models', 'rm', 'tiny'], { env: world.env })).toMatchObject({
    code: 6,
    stderr: expect.stringContaining('[MODEL_NOT_HERE]'),
  });
});

test('what is being served is not removed, not even by force', async () => {
  await using hub = await startHub({ 'org/tiny': { files } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const { stdout } = await runCommand(['pull', 'org/tiny'], { env: world.env });
  const file = stdout.trim();
  await world.system.files.writeAtomic(world.paths.gatewayFile, servedFile(file));
  expect(await json(world)).toMatchObject({ models: [{ use: 'chosen' }] });
  const release = await acquireLock(world.system, serveLock(world.paths), { what: 'serving' });
  expect(await json(world)).toMatchObject({ models: [{ use: 'served' }] });
  const refused = await runCommand(['models', 'rm', 'tiny', '--force'], { env: world.env });
  expect(refused).toMatchObject({ code: 6, stderr: expect.stringContaining('[MODEL_IN_USE]') });
  expect(readFileSync(file)).toEqual(model);
  await release();
  expect((await runCommand(['models', 'rm', 'tiny'], { env: world.env })).code).toBe(0);
});

test('show reads any file, and what the catalogue knows of a model that is not here', async () => {
  using world = modelWorld();
  const path = join(world.home, 'mine.gguf');
  writeFileSync(path, model);
  expect(await json(world, 'show', path)).toMatchObject({ stored: null, file: { path, parameters: 64 } });
  const known = await runCommand(['models', 'show', 'qwen3-4b'], { env: world.env });
  expect(known.stdout).toContain('Licence        Apache-2.0');
  expect(known.stdout).toContain('localai pull qwen3-4b');
});

test('a word for a family shows its member for this machine, and removes none', async () => {
  using world = modelWorld();
  const shown = await runCommand(['models', 'show', 'deepseek-coder'], { env: world.env });
  expect(shown.stderr).toMatch(/deepseek-coder means \S+ on this machine/);
  expect(shown.stdout).toContain('LicenseRef-DeepSeek');

  const folder = join(world.paths.modelCache, 'models--TheBloke--deepseek-coder-1.3b-instruct-GGUF');
  const file = join(folder, 'snapshots', 'a'.repeat(40), 'deepseek-coder-1.3b-instruct.Q4_K_M.gguf');
  await world.system.files.writeAtomic(file, model);
  await world.system.files.writeAtomic(join(folder, 'refs', 'main'), 'a'.repeat(40));
  const remove = (name: string) => runCommand(['models', 'rm', name, '--force'], { env: world.env });
  expect(await remove('deepseek-coder')).toMatchObject({ code: 6 });
  expect(existsSync(file)).toBe(true);
  expect(await remove('deepseek-coder-1.3b-instruct')).toMatchObject({ code: 0 });
  expect(existsSync(folder)).toBe(false);
});

test('the catalogue marks what is picked here, with estimates', async () => {
  using world = modelWorld();
  const { models } = (await json(world, 'catalog')) as {
    models: { picked: boolean; fits: boolean; here: boolean }[];
  };
  expect(models.filter(({ picked }) => picked)).toMatchObject([{ fits: true, here: false }]);
  const text = await runCommand(['models', 'catalog'], { env: world.env });
  expect(text.stdout).toMatch(/ \* +\d/);
  expect(text.stderr).toContain('estimates');
});
