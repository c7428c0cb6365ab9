import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { binariesFor } from '../../src/engines/llamacpp/install/binaries.ts';
import { installLibrary } from '../../src/engines/llamacpp/install/install-library.ts';
import { manifestFor, readTemplate } from '../../src/engines/llamacpp/install/manifest.ts';
import type { LlamacppSpec } from '../../src/engines/llamacpp/spec.ts';
import { realSystem } from '../../src/system/system.ts';
import { type HttpAnswer, type HttpPlace, http } from './http.ts';
import { testCache } from './small-model.ts';
import { smokeModel } from './smoke-model.ts';

const packageFolder = fileURLToPath(new URL('../../', import.meta.url));
const workerFile = join(packageFolder, 'src', 'engines', 'llamacpp', 'worker.ts');

/** node-llama-cpp for this machine's processor, installed once per machine by our own installer. */
export const engineLibrary = async (): Promise<string> => {
  const system = realSystem();
  const binaries = binariesFor({ ...system, gpus: { value: [] } }, 'off');
  const manifest = manifestFor(await readTemplate(system, packageFolder), binaries?.packages ?? []);
  const enginesFolder = join(testCache, 'engines');
  const folder = join(enginesFolder, `llamacpp-${manifest.hash}`);
  const target = { folder, enginesFolder, lockFile: join(testCache, 'engine-install.lock'), manifest };
  await installLibrary(system, target, () => undefined, new AbortController().signal);
  return folder;
};

export interface TestEngine {
  readonly spec: LlamacppSpec;
  readonly child: ChildProcess;
  readonly place: HttpPlace;
  /** What it wrote to stderr so far. */
  log(): string;
  get(path: string): Promise<HttpAnswer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
  /** Closes its stdin and waits until it is gone. */
  stop(): Promise<void>;
}

/** Starts the embedded engine's worker from source, with the model of the repository; does not wait for it to be ready. */
export const spawnEngine = async (changes: Partial<LlamacppSpec> = {}): Promise<TestEngine> => {
  const folder = mkdtempSync(join(tmpdir(), 'engine-'));
  const spec: LlamacppSpec = {
    libraryFolder: await engineLibrary(),
    file: smokeModel,
    modelId: 'small',
    contextTokens: 2048,
    parallel: 2,
    threads: 1,
    cores: 2,
    gpu: 'off',
    memoryBytes: 4e9,
    tuningFile: join(folder, 'threads.json'),
    socket: join(folder, 'engine.sock'),
    ...changes,
  };
  const child = spawn(process.execPath, [workerFile, JSON.stringify(spec)], {
    stdio: ['pipe', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    log += text;
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const place = { socketPath: spec.socket };
  return {
    spec,
    child,
    place,
    log: () => log,
    get: (path) => http(place, 'GET', path),
    post: (path, body, headers) => http(place, 'POST', path, body, headers),
    stop: async () => {
      child.stdin.end();
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

/** Resolves when the engine answers; throws what it says when it cannot load. */
export const untilReady = async (engine: TestEngine): Promise<void> => {
  for (;;) {
    const health = await engine.get('/health').catch(() => undefined);
    if (health?.status === 200) return;
    const dead = engine.child.exitCode !== null || engine.child.signalCode !== null;
    if (dead || health?.json?.status === 'failed') throw new Error(`the engine failed:\n${engine.log()}`);
    await delay(20);
  }
};

/** Starts the engine and waits until it answers. Call `stop` at the end. */
export const startEngine = async (changes: Partial<LlamacppSpec> = {}): Promise<TestEngine> => {
  const engine = await spawnEngine(changes);
  await untilReady(engine);
  return engine;
};
