import { dirname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import type { System } from '../../../system/system.ts';
import type { LlamacppSpec } from '../spec.ts';
import { randomSeed } from './answer/answer-ids.ts';
import { buildApp } from './app.ts';
import { loadEngine } from './load-engine.ts';
import { ServedEngine } from './served-engine.ts';

export interface ServeOptions {
  readonly system: System;
  readonly version: string;
  readonly log: (line: string) => void;
  /** Resolves when it is time to end: `asked` lets running answers finish, `alone` does not. */
  readonly ending: Promise<'asked' | 'alone'>;
}

/** How long answers that are running may take once the engine was asked to end, ms. */
const drainMs = 5000;

/** Serves a model on its socket until it is told to end. Answers `/health` from the first moment on. */
export const serve = async (spec: LlamacppSpec, options: ServeOptions): Promise<void> => {
  const { system, version, log } = options;
  const engine = new ServedEngine(spec.modelId);
  const moment = () => ({ now: new Date(system.clock.now()), seed: randomSeed() });
  const stopLoading = new AbortController();
  let loading: Promise<void> | undefined;
  const load = (): Promise<void> => {
    loading = loadEngine(engine, spec, { system, onLog: log, signal: stopLoading.signal });
    return loading;
  };
  const app = buildApp({ engine, version, moment, load, log });
  await listen(app, system, spec.socket);
  log(`serving ${spec.modelId} at ${spec.socket}`);
  void load();
  const how = await options.ending;
  log(how === 'asked' ? 'ending, as asked' : 'ending: whoever started this is gone');
  stopLoading.abort();
  await close(app, how === 'asked' ? drainMs : 0);
  await loading;
  await engine.modelIfReady?.runtime.close();
  await system.files.remove(spec.socket);
};

const listen = async (app: FastifyInstance, system: System, socket: string): Promise<void> => {
  await system.files.mkdir(dirname(socket), 0o700);
  // One that was left by a killed engine; nobody else uses this path.
  await system.files.remove(socket);
  await app.listen({ path: socket });
  await system.files.chmod(socket, 0o600);
};

/** Takes no more requests; cuts what still runs after `graceMs`, which stops its generation. */
const close = async (app: FastifyInstance, graceMs: number): Promise<void> => {
  const cut = setTimeout(() => app.server.closeAllConnections(), graceMs);
  await app.close();
  clearTimeout(cut);
};
