import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';
import type { Runtime } from '../../src/engines/llamacpp/runtime/runtime.ts';
import { buildApp } from '../../src/engines/llamacpp/server/app.ts';
import { servedModel } from '../../src/engines/llamacpp/server/load-engine.ts';
import { ServedEngine } from '../../src/engines/llamacpp/server/served-engine.ts';
import { type HttpAnswer, type HttpPlace, http } from './http.ts';

export interface EngineApp {
  readonly place: HttpPlace;
  readonly engine: ServedEngine;
  readonly log: readonly string[];
  get(path: string): Promise<HttpAnswer>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<HttpAnswer>;
}

/** The engine's HTTP side on a port, with this runtime behind it; loading when there is none. */
export const engineApp = async (runtime: Runtime | undefined): Promise<EngineApp> => {
  const engine = new ServedEngine('fake');
  const now = new Date('2026-11-22T12:00:00Z');
  if (runtime) engine.ready(servedModel('fake', runtime, now));
  const log: string[] = [];
  const moment = () => ({ now, seed: 7 });
  const load = async (): Promise<void> => {
    if (runtime) engine.ready(servedModel('fake', runtime, now));
  };
  const app = buildApp({ engine, version: '1.2.3', moment, load, log: (line) => log.push(line) });
  await app.listen({ port: 0, host: '127.0.0.1' });
  onTestFinished(() => app.close());
  const place = { port: (app.server.address() as AddressInfo).port };
  return {
    place,
    engine,
    log,
    get: (path) => http(place, 'GET', path),
    post: (path, body, headers) => http(place, 'POST', path, body, headers),
  };
};
