import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import type { EngineName } from '../../src/api/models.ts';
import { startGateway } from '../../src/gateway/server.ts';
import { createSupervisor } from '../../src/stack/supervisor/supervisor.ts';
import { realSystem } from '../../src/system/system.ts';
import { configOf, keyRecord, testKey } from '../gateway/gateway.ts';
import { http } from './http.ts';

/** Two models that share memory, each with how its engine is started on the socket that it is given. */
export interface TurnsGiven {
  readonly models: readonly { readonly id: string; readonly argv: (socket: string) => readonly string[] }[];
  readonly engine: EngineName;
  readonly residenceSeconds: number;
  /** How long the clients ask. */
  readonly seconds: number;
  /** What each of them asks again and again. */
  readonly body: object;
}

export interface TurnsReport {
  readonly answered: Readonly<Record<string, number>>;
  /** Answers that were none, or another model's. */
  readonly lost: readonly string[];
  /** s between a model that was ready and the next one that was. */
  readonly gaps: readonly number[];
  /** How often each was ready. */
  readonly swaps: number;
  /** How often more than one engine had a process. */
  readonly together: number;
  readonly positions: readonly number[];
  readonly etas: readonly number[];
  /** What streams were told while they waited. */
  readonly comments: readonly string[];
}

/** Two clients ask for two models in turns, of which one fits; what became of every request, and of every swap. */
export const takeTurns = async (given: TurnsGiven): Promise<TurnsReport> => {
  const folder = await mkdtemp(join(tmpdir(), 'lai-t-'));
  const system = realSystem();
  const keysFile = join(folder, 'keys.json');
  await writeFile(keysFile, JSON.stringify({ schemaVersion: 1, keys: [keyRecord()] }));
  const turns = { group: 'memory', pinned: false, residenceSeconds: given.residenceSeconds };
  const config = configOf(
    given.models.map(({ id, argv }) => {
      const socket = join(folder, `${id}.sock`);
      const engine = { name: given.engine, file: '', command: { argv: [...argv(socket)], env: {} } };
      return { id, upstream: { socket }, turns, engine };
    }),
    {
      keysFile,
      stateFolder: join(folder, 'state'),
      logs: { level: 'info' },
      listen: { host: '127.0.0.1', port: 0 },
    },
  );
  const control = createSupervisor({
    ...{ system, models: config.models, stateFolder: config.stateFolder, logsFolder: folder, log: () => {} },
  });
  const gateway = await startGateway({
    ...{ config, control, system, version: '1.2.3', log: pino({ level: 'silent' }) },
  });
  const place = { port: gateway.port };
  const readyAt: number[] = [];
  let together = 0;
  const watching = (async () => {
    let before = '';
    for await (const { model } of control.events()) {
      if (control.list().filter(({ pid }) => pid !== null).length > 1) together += 1;
      if (model.state !== 'ready' || model.id === before) continue;
      before = model.id;
      readyAt.push(system.clock.monotonic());
    }
  })();
  const answered: Record<string, number> = {};
  const [lost, positions, etas, comments]: [string[], number[], number[], string[]] = [[], [], [], []];
  const end = system.clock.monotonic() + given.seconds * 1000;
  const headers = { authorization: `Bearer ${testKey}` };
  const client = async (id: string, stream: boolean): Promise<void> => {
    while (system.clock.monotonic() < end) {
      const body = { ...given.body, model: id, stream };
      const answer = await http(place, 'POST', '/v1/chat/completions', body, headers);
      const position = answer.headers['x-localai-queue-position'];
      const eta = answer.headers['x-localai-queue-eta'];
      if (position !== undefined) positions.push(Number(position));
      if (eta !== undefined) etas.push(Number(eta));
      comments.push(...answer.text.split('\n').filter((line) => line.startsWith(': queued')));
      const good = answer.status === 200 && answer.headers['x-localai-model'] === id && answer.text !== '';
      const broken = answer.events.some((event) => event.error);
      if (good && !broken) answered[id] = (answered[id] ?? 0) + 1;
      else lost.push(`${id}: ${answer.status} ${answer.text.slice(0, 200)}`);
    }
  };
  try {
    await control.start(gateway);
    await Promise.all(given.models.map(({ id }, at) => client(id, at % 2 === 1)));
  } finally {
    await gateway.close(0);
    await control.stop();
    await watching;
    await rm(folder, { recursive: true, force: true });
  }
  const gaps = readyAt.slice(1).map((time, at) => (time - (readyAt[at] ?? 0)) / 1000);
  return { answered, lost, gaps, swaps: readyAt.length, together, positions, etas, comments };
};
