import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { expect, test } from 'vitest';
import { type FakeFile, sha256, startHub } from '../../test/fakes/hub.ts';
import { runCommand, startCommand } from '../../test/support/command-line.ts';
import { ggufFile, plainLlama } from '../../test/support/gguf-file.ts';
import { type ModelWorld, modelWorld } from '../../test/support/model-world.ts';

const repo = 'org/tiny';
/** 800 kB, so that at the speeds below there is time to look. */
const model = ggufFile(plainLlama, 200_000);

const blobs = (world: ModelWorld): string => join(world.paths.modelCache, 'models--org--tiny', 'blobs');

const linesOf = (text: string): readonly Record<string, unknown>[] =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

test('prints where the model is; the second time there is nothing to do', async () => {
  await using hub = await startHub({ [repo]: { files: { 'tiny.gguf': { content: model, large: true } } } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const first = await runCommand(['pull', repo], { env: world.env });
  expect(first).toMatchObject({ code: 0, stdout: expect.stringMatching(/\/tiny\.gguf\n$/) });
  expect(readFileSync(first.stdout.trim())).toEqual(model);
  expect(first.stderr).toMatch(/801 kB to fetch into .* free there/);
  const second = await runCommand(['pull', repo], { env: world.env });
  expect(second).toMatchObject({ code: 0, stdout: first.stdout });
  expect(second.stderr).toContain('here already (801 kB)');
});

test('--json writes one line for each step, and nothing else to stdout', async () => {
  await using hub = await startHub({ [repo]: { files: { 'tiny.gguf': { content: model, large: true } } } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const { code, stdout } = await runCommand(['pull', repo, '--json', '--quiet'], { env: world.env });
  expect(code).toBe(0);
  const lines = linesOf(stdout);
  expect(lines[0]).toMatchObject({ event: 'progress', model: repo, phase: 'looking' });
  expect(lines.at(-2)).toMatchObject({
    event: 'progress',
    doneBytes: model.byteLength,
    totalBytes: model.byteLength,
  });
  expect(lines.at(-1)).toMatchObject({ event: 'done', model: repo, id: 'tiny', sha256: sha256(model) });
});

test('several models; a wrong name is told before any is fetched', async () => {
  const files = { 'a.gguf': { content: model, large: true } };
  await using hub = await startHub({ 'org/a': { files }, 'org/b': { files } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const wrong = await runCommand(['pull', 'org/a', 'qwen-codr'], { env: world.env });
  expect(wrong).toMatchObject({ code: 6, stderr: expect.stringContaining('Did you mean qwen-coder?') });
  expect(hub.seen).toEqual([]);
  const both = await runCommand(['pull', 'org/a', 'org/b'], { env: world.env });
  expect(both.code).toBe(0);
  expect(both.stdout.trim().split('\n')).toHaveLength(2);
});

test('a fault ends with its code, and with --json as a line on stdout', async () => {
  using world = modelWorld({ HF_ENDPOINT: 'http://127.0.0.1:9' });
  const { code, stdout, stderr } = await runCommand(['pull', repo, '--json'], { env: world.env });
  expect(code).toBe(4);
  expect(linesOf(stdout).at(-1)).toMatchObject({ error: { code: 'HUB_UNREACHABLE' } });
  expect(stderr).toContain('[HUB_UNREACHABLE]');
});

test('--verify finds a file that went bad on the disk, and fetches it anew', async () => {
  await using hub = await startHub({ [repo]: { files: { 'tiny.gguf': { content: model, large: true } } } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const { stdout } = await runCommand(['pull', repo], { env: world.env });
  const file = stdout.trim();
  const bad = Buffer.from(model);
  bad[700_000] = (bad[700_000] ?? 0) ^ 1;
  await world.system.files.writeAtomic(join(blobs(world), sha256(model)), bad);
  expect(await runCommand(['pull', repo], { env: world.env })).toMatchObject({ code: 0 });
  expect(readFileSync(file)).toEqual(bad);
  const verified = await runCommand(['pull', repo, '--verify'], { env: world.env });
  expect(verified).toMatchObject({ code: 0, stdout });
  expect(readFileSync(file)).toEqual(model);
  const before = hub.seen.length;
  await runCommand(['pull', repo, '--verify'], { env: world.env });
  expect(hub.seen.length).toBe(before);
});

test('Ctrl-C ends it with 130; the next pull goes on', async () => {
  const file = { content: model, large: true, trouble: [{ kind: 'stall' as const, afterBytes: 300_000 }] };
  await using hub = await startHub({ [repo]: { files: { 'tiny.gguf': file } } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const running = startCommand(['pull', repo, '--json'], { env: world.env });
  await new Promise<void>((resolve) => {
    running.stdout.on('data', (text) => String(text).includes('"phase":"downloading"') && resolve());
  });
  running.signals.emit('SIGINT', 'SIGINT');
  const { code, stderr } = await running.result;
  expect(code, stderr).toBe(130);
  expect(stderr).toContain('Run the same command again to go on where it stopped.');
  expect(readdirSync(blobs(world))).toEqual([`${sha256(model)}.incomplete`]);
  const have = statSync(join(blobs(world), `${sha256(model)}.incomplete`)).size;
  expect((await runCommand(['pull', repo], { env: world.env })).code).toBe(0);
  expect(hub.seen.at(-1)?.range).toBe(have === 0 ? undefined : `bytes=${have}-`);
});

const program = join(import.meta.dirname, '../../test/support/localai.ts');

/** A process of its own. */
const spawnPull = (world: ModelWorld): ChildProcess =>
  spawn(process.execPath, [program, 'pull', repo, '--json'], {
    env: world.env,
    stdio: ['ignore', 'pipe', 'ignore'],
  });

/** Its steps, as it writes them. */
async function* stepsOf(child: ChildProcess): AsyncGenerator<Record<string, unknown>> {
  if (!child.stdout) throw new Error('it has no stdout');
  for await (const line of createInterface({ input: child.stdout })) {
    yield JSON.parse(line) as Record<string, unknown>;
  }
}

test('kill -9 in the middle: the next pull asks for the rest only', async () => {
  const file: FakeFile & { bytesPerSecond?: number } = {
    content: model,
    large: true,
    bytesPerSecond: 400_000,
  };
  await using hub = await startHub({ [repo]: { files: { 'tiny.gguf': file } } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const child = spawnPull(world);
  for await (const { doneBytes } of stepsOf(child)) {
    if (Number(doneBytes) >= model.byteLength / 4) break;
  }
  child.kill('SIGKILL');
  await once(child, 'exit');
  const begun = join(blobs(world), `${sha256(model)}.incomplete`);
  const have = statSync(begun).size;
  expect(have).toBeGreaterThanOrEqual(model.byteLength / 4);
  expect(have).toBeLessThan(model.byteLength);

  delete file.bytesPerSecond;
  const { code, stdout } = await runCommand(['pull', repo], { env: world.env });
  expect(code).toBe(0);
  expect(readFileSync(stdout.trim())).toEqual(model);
  expect(hub.seen.at(-1)).toMatchObject({ host: 'storage', range: `bytes=${have}-` });
});

test('two processes at once: one downloads, the other waits and finds it done', async () => {
  const file: FakeFile = { content: model, large: true, bytesPerSecond: 400_000 };
  await using hub = await startHub({ [repo]: { files: { 'tiny.gguf': file } } });
  using world = modelWorld({ HF_ENDPOINT: hub.url });
  const run = async (child: ChildProcess): Promise<readonly Record<string, unknown>[]> => {
    const steps = [];
    for await (const step of stepsOf(child)) steps.push(step);
    return steps;
  };
  const [first, second] = await Promise.all([run(spawnPull(world)), run(spawnPull(world))]);
  expect(hub.seen.filter(({ host }) => host === 'storage')).toHaveLength(1);
  for (const steps of [first, second])
    expect(steps.at(-1)).toMatchObject({ event: 'done', sha256: sha256(model) });
  const waited = [first, second].filter((steps) => steps.some(({ phase }) => phase === 'waiting'));
  expect(waited).toHaveLength(1);
});
