import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { bytesArrived, type FakeRepo, sha256, startHub } from '../../../test/fakes/hub.ts';
import { ggufFile, plainLlama } from '../../../test/support/gguf-file.ts';
import { type ModelWorld, modelWorld } from '../../../test/support/model-world.ts';
import { acquireLock } from '../../system/lock.ts';
import { ensureModel } from '../ensure.ts';
import { blobLock } from '../hub/cache.ts';
import { parseReference } from '../reference.ts';
import { diskUse, listStored, type StoredModel } from './inventory.ts';
import { readManifest } from './manifest.ts';
import { removeModel } from './remove-model.ts';

const first = ggufFile(plainLlama, 1000);
const second = ggufFile(plainLlama, 2000);
const [one, two] = ['a'.repeat(40), 'b'.repeat(40)] as const;

const repos = (): Record<string, FakeRepo> => ({
  'org/x': {
    commit: one,
    files: {
      'x-Q4_K_M.gguf': { content: first, large: true },
      'x-Q8_0.gguf': { content: second, large: true },
    },
  },
});

const pull = (world: ModelWorld, reference: string) =>
  ensureModel(world.system, world.paths, parseReference(reference, '/'), {
    packageFolder: '/nowhere',
    signal: new AbortController().signal,
    onProgress: ({ doneBytes }) => bytesArrived(doneBytes),
  });

const stored = async (world: ModelWorld, end: string): Promise<StoredModel> => {
  const models = await listStored(world.system, world.paths);
  const found = models.find(({ file }) => file.endsWith(end));
  if (!found) throw new Error(`${end} is not among ${models.map(({ file }) => file).join(', ')}`);
  return found;
};

const folderOf = (world: ModelWorld): string => join(world.paths.modelCache, 'models--org--x');

test('lists what was fetched, with its size and where it came from', async () => {
  await using hub = await startHub(repos());
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  await pull(world, 'org/x');
  expect(await listStored(world.system, world.paths)).toMatchObject([
    {
      reference: 'hf:org/x',
      id: 'x',
      from: `${hub.url}/org/x`,
      sizeBytes: first.byteLength,
      whole: true,
      ours: true,
    },
  ]);
});

test('removes a model without a trace, and forgets it', async () => {
  await using hub = await startHub(repos());
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  await pull(world, 'org/x');
  const removal = await removeModel(world.system, world.paths, await stored(world, '.gguf'), false);
  expect(removal).toEqual({ freedBytes: first.byteLength, kept: [] });
  expect(existsSync(folderOf(world))).toBe(false);
  expect(await readManifest(world.system, world.paths)).toEqual([]);
  expect(await listStored(world.system, world.paths)).toEqual([]);
});

test('a cache below a folder that is itself called snapshots is safe', async () => {
  await using hub = await startHub(repos());
  using elsewhere = modelWorld();
  const cache = join(elsewhere.home, 'snapshots', 'hub');
  using world = modelWorld({ HF_ENDPOINT: hub.url, HF_HUB_CACHE: cache });
  await pull(world, 'org/x');
  writeFileSync(join(elsewhere.home, 'mine'), 'mine');
  await removeModel(world.system, world.paths, await stored(world, '.gguf'), false);
  expect(readdirSync(elsewhere.home)).toEqual(['mine', 'snapshots']);
  expect(readdirSync(cache)).toEqual(['.locks']);
});

test('of two files of a repository the other one stays', async () => {
  await using hub = await startHub(repos());
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  await pull(world, 'hf:org/x/x-Q4_K_M.gguf');
  const other = await pull(world, 'hf:org/x/x-Q8_0.gguf');
  await removeModel(world.system, world.paths, await stored(world, 'x-Q4_K_M.gguf'), false);
  expect(readFileSync(other.file)).toEqual(second);
  expect(readFileSync(join(folderOf(world), 'refs/main'), 'utf8')).toBe(one);
  expect(readdirSync(join(folderOf(world), 'blobs'))).toEqual([sha256(second)]);
});

test('a blob that another revision needs stays, and counts once', async () => {
  const world2 = repos();
  await using hub = await startHub(world2);
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  await pull(world, `hf:org/x@${one}/x-Q4_K_M.gguf`);
  world2['org/x'] = { ...world2['org/x'], commit: two } as FakeRepo;
  const newer = await pull(world, `hf:org/x@${two}/x-Q4_K_M.gguf`);
  const both = await listStored(world.system, world.paths);
  expect(both.length).toBe(2);
  expect(await diskUse(world.system, both)).toBe(first.byteLength);

  const older = await stored(world, `${one}/x-Q4_K_M.gguf`);
  const removal = await removeModel(world.system, world.paths, older, false);
  expect(removal).toEqual({ freedBytes: 0, kept: [expect.stringContaining(sha256(first))] });
  expect(existsSync(older.file)).toBe(false);
  expect(readFileSync(newer.file)).toEqual(first);
});

test('an unfinished download is listed and can be removed', async () => {
  const trouble = Array.from(
    { length: 4 },
    (_, index) => ({ kind: 'cut', afterBytes: index ? 0 : 500 }) as const,
  );
  await using hub = await startHub({
    'org/x': { files: { 'x.gguf': { content: first, large: true, trouble } } },
  });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  await expect(pull(world, 'org/x')).rejects.toMatchObject({ code: 'DOWNLOAD_CUT' });
  const model = await stored(world, 'x.gguf');
  expect(model).toMatchObject({ whole: false, sizeBytes: 500, ours: true });
  expect(await removeModel(world.system, world.paths, model, false)).toEqual({ freedBytes: 500, kept: [] });
  expect(existsSync(folderOf(world))).toBe(false);
});

const foreign = (world: ModelWorld): void => {
  const folder = folderOf(world);
  for (const part of ['blobs', 'refs', `snapshots/${one}`])
    mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'blobs', sha256(first)), first);
  symlinkSync(`../../blobs/${sha256(first)}`, join(folder, 'snapshots', one, 'x-Q4_K_M.gguf'));
  writeFileSync(join(folder, 'refs/main'), one);
};

test("another program's model is listed as such, and removed by force only", async () => {
  using world = modelWorld();
  foreign(world);
  const model = await stored(world, '.gguf');
  expect(model).toMatchObject({
    reference: 'hf:org/x/x-Q4_K_M.gguf',
    ours: false,
    whole: true,
    sha256: sha256(first),
  });
  await expect(removeModel(world.system, world.paths, model, false)).rejects.toMatchObject({
    code: 'MODEL_NOT_OURS',
  });
  expect(existsSync(model.file)).toBe(true);
  expect(await removeModel(world.system, world.paths, model, true)).toEqual({
    freedBytes: first.byteLength,
    kept: [],
  });
  expect(existsSync(folderOf(world))).toBe(false);
});

test('of a model that was there in part, only what we brought is removed', async () => {
  const parts = ['s-00001-of-00002.gguf', 's-00002-of-00002.gguf'] as const;
  const files = { [parts[0]]: { content: first, large: true }, [parts[1]]: { content: second, large: true } };
  await using hub = await startHub({ 'org/x': { commit: one, files } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const folder = folderOf(world);
  for (const part of ['blobs', `snapshots/${one}`]) mkdirSync(join(folder, part), { recursive: true });
  writeFileSync(join(folder, 'blobs', sha256(first)), first);
  symlinkSync(`../../blobs/${sha256(first)}`, join(folder, 'snapshots', one, parts[0]));
  await pull(world, 'org/x');
  const removal = await removeModel(world.system, world.paths, await stored(world, parts[0]), false);
  expect(removal.freedBytes).toBe(second.byteLength);
  expect(readdirSync(join(folder, 'snapshots', one))).toEqual([parts[0]]);
  expect(readdirSync(join(folder, 'blobs'))).toEqual([sha256(first)]);
});

test('what is being downloaded is not removed', async () => {
  await using hub = await startHub(repos());
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  await pull(world, 'org/x');
  const lock = blobLock(world.paths.modelCache, 'org/x', sha256(first));
  const release = await acquireLock(world.system, lock, { what: 'downloading' });
  const model = await stored(world, '.gguf');
  await expect(removeModel(world.system, world.paths, model, false)).rejects.toMatchObject({ code: 'BUSY' });
  expect(existsSync(model.file)).toBe(true);
  await release();
});

test('a manifest of a newer version is refused, a damaged one named', async () => {
  using world = modelWorld();
  mkdirSync(world.paths.data, { recursive: true });
  const write = (text: string): void => writeFileSync(world.paths.manifestFile, text);
  write('{"schemaVersion":2}');
  await expect(readManifest(world.system, world.paths)).rejects.toMatchObject({ code: 'FILE_TOO_NEW' });
  write('{"schemaVersion":1,"models":[{}]}');
  await expect(readManifest(world.system, world.paths)).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
  write('{');
  await expect(readManifest(world.system, world.paths)).rejects.toMatchObject({ code: 'FILE_DAMAGED' });
});
