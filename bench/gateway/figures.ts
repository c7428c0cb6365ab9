import type { ChildProcess } from 'node:child_process';
import { leavingPhases, timeToLeave } from './leaving.ts';
import { askMany, median, openPool, quantile } from './load.ts';
import { cpuOf, memoryOf, type Target } from './target.ts';

/** One round's figures of one target. */
export type Figures = Readonly<Record<string, number>>;

const unaryTimes = 4000;
const tokens = 75;
const times = 12;

/** Streams of 50 tokens a second: CPU per chunk, us, and the median time to the first one, ms. */
const paced = async (
  target: Target,
  streams: number,
): Promise<{ readonly cpu: number; readonly first: number }> => {
  const pool = openPool(target.url);
  const before = cpuOf(target);
  const timed = await askMany(pool, streams, streams, { stream: true, tokens, gap: 20 });
  const cpu = (cpuOf(target) - before) / (streams * tokens);
  await pool.destroy();
  return { cpu, first: median(timed.map(({ first }) => first)) };
};

/** Memory while a thousand streams are open, MiB. */
const memoryOfMany = async (target: Target): Promise<number> => {
  const pool = openPool(target.url);
  const asked = askMany(pool, 1000, 1000, { stream: true, tokens: 6, gap: 500 });
  await new Promise((resolve) => setTimeout(resolve, 2000));
  const memory = memoryOf(target);
  await asked;
  await pool.destroy();
  return memory;
};

export interface MeasureOptions {
  readonly target: Target;
  /** The engine behind it, which says when it is let go. */
  readonly engine: ChildProcess;
  /** Also what takes long: memory, and clients that leave. */
  readonly all: boolean;
}

export const measure = async ({ target, engine, all }: MeasureOptions): Promise<Figures> => {
  const pool = openPool(target.url);
  await askMany(pool, 500, 16, {});
  const single = (await askMany(pool, 400, 1, {})).map(({ whole }) => whole);
  const before = cpuOf(target);
  await askMany(pool, unaryTimes, 16, {});
  const cpuUnary = (cpuOf(target) - before) / unaryTimes;
  await pool.destroy();
  const [at4, at32, at64] = [await paced(target, 4), await paced(target, 32), await paced(target, 64)];
  const figures: Record<string, number> = {
    p50: median(single),
    p99: quantile(single, 0.99),
    cpuUnary,
    ...{ cpuChunk32: at32.cpu, cpuChunk64: at64.cpu, first4: at4.first, first32: at32.first },
  };
  if (!all) return figures;
  for (const phase of leavingPhases) {
    const left: number[] = [];
    for (let time = 0; time < times; time += 1) left.push(await timeToLeave(target, engine, phase));
    figures[`${phase}50`] = median(left);
    figures[`${phase}Most`] = Math.max(...left);
  }
  figures['memory'] = await memoryOfMany(target);
  return figures;
};
