/**
 * How quick the model in the repository is: how long it loads once the library is there, and how many tokens it
 * writes on one core.
 *
 *   node bench/smoke-model.ts [--rounds 7] [--json]
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { engineLibrary } from '../test/support/engine.ts';
import { smokeModel } from '../test/support/smoke-model.ts';

const { values } = parseArgs({
  options: { rounds: { type: 'string', default: '7' }, json: { type: 'boolean', default: false } },
});

const now = (): number => performance.now();
const median = (list: readonly number[]): number =>
  [...list].sort((a, b) => a - b)[list.length >> 1] ?? Number.NaN;

const prompt = Array.from({ length: 16 }, (_, i) => 300 + i);
const tokens = 512;

const entry = join(await engineLibrary(), 'node_modules', 'node-llama-cpp', 'dist', 'index.js');
const { getLlama } = await import(pathToFileURL(entry).href);
const llama = await getLlama({
  ...{ gpu: false, build: 'never', skipDownload: true, progressLogs: false, logLevel: 'error' },
  maxThreads: 1,
});

/** ms until it can answer, and tokens per second. */
const round = async () => {
  const began = now();
  const model = await llama.loadModel({ modelPath: smokeModel });
  const context = await model.createContext({ contextSize: 2048, threads: 1 });
  const sequence = context.getSequence();
  const load = now() - began;
  let count = 0;
  let first = 0;
  for await (const _ of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
    if (count === 0) first = now();
    if (++count > tokens) break;
  }
  const rate = (tokens / (now() - first)) * 1000;
  await model.dispose();
  return { load, rate };
};

try {
  const rounds: { readonly load: number; readonly rate: number }[] = [];
  for (let done = 0; done < Number(values.rounds); done++) rounds.push(await round());
  const rows = [
    { name: 'load', value: median(rounds.map(({ load }) => load)), unit: 'ms', goal: '<= 200' },
    { name: 'one core', value: median(rounds.map(({ rate }) => rate)), unit: 'tok/s', goal: '>= 500' },
  ];
  if (values.json) console.log(JSON.stringify({ rows }, null, 2));
  else for (const { name, value, unit, goal } of rows) console.log(name, value.toFixed(1), unit, goal);
} finally {
  await llama.dispose();
}
