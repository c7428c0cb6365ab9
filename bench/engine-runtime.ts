/**
 * What the embedded engine's runtime costs and how it shares the machine, as ratios within one run.
 *
 *   node bench/engine-runtime.ts [--pairs 15] [--only throughput,turn,clients,cancel] [--threads 1] [--json]
 *
 * throughput: against node-llama-cpp used directly, with the same threads, in interleaved pairs. turn: the second turn
 * of a long conversation against its first. clients: four at once against one, and the longest pause of those that are
 * being answered while a long prompt is read. cancel: how soon the engine is free again when a client leaves.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { openRuntime } from '../src/engines/llamacpp/runtime/open-runtime.ts';
import type { Generation, Runtime, Sampling, Token } from '../src/engines/llamacpp/runtime/runtime.ts';
import { realSystem } from '../src/system/system.ts';
import { engineLibrary } from '../test/support/engine.ts';
import { neededSmallModel } from '../test/support/small-model.ts';

const { values } = parseArgs({
  options: {
    pairs: { type: 'string', default: '15' },
    only: { type: 'string', default: 'throughput,turn,clients,cancel' },
    threads: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});

interface Row {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** What it should be. */
  readonly goal: string;
}

const greedy: Sampling = {
  temperature: 0,
  topP: 1,
  topK: 0,
  minP: 0,
  seed: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  repetitionPenalty: 1,
  logitBias: new Map(),
};

const now = (): number => performance.now();
const never = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? Number.NaN;
};

/** Prompts that share nothing. */
let seed = 0;
const book = (count: number): Token[] => {
  seed++;
  return Array.from({ length: count }, (_, i) => 1000 + ((seed * 7919 + i * 104_729) % 40_000));
};

interface Run {
  readonly tokens: readonly Token[];
  /** When each token came, ms. */
  readonly times: readonly number[];
  readonly ms: number;
  readonly firstTokenMs: number;
}

const run = async (
  runtime: Runtime,
  prompt: readonly Token[],
  more: Partial<Generation> = {},
): Promise<Run> => {
  const tokens: Token[] = [];
  const times: number[] = [];
  const began = now();
  const { firstTokenMs } = await runtime.generate({
    prompt,
    maxTokens: 64,
    sampling: greedy,
    ignoreEos: true,
    signal: never,
    onToken: ({ token }) => {
      tokens.push(token);
      times.push(now());
      return false;
    },
    ...more,
  });
  return { tokens, times, ms: now() - began, firstTokenMs };
};

/** The library as its documentation shows it, with its own defaults, reading the same tokens. */
const openDirect = async (libraryFolder: string, file: string, threads: number) => {
  const entry = join(libraryFolder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js');
  const { getLlama } = await import(pathToFileURL(entry).href);
  const options = { gpu: false, build: 'never', skipDownload: true, progressLogs: false, logLevel: 'error' };
  const llama = await getLlama({ ...options, maxThreads: threads });
  const model = await llama.loadModel({ modelPath: file });
  const context = await model.createContext({ contextSize: 2048, threads });
  const sequence = context.getSequence();
  return {
    run: async (prompt: readonly Token[], count: number): Promise<number> => {
      await sequence.clearHistory();
      const began = now();
      let tokens = 0;
      for await (const _ of sequence.evaluate(prompt, { temperature: 0, yieldEogToken: true })) {
        if (++tokens === count) break;
      }
      return now() - began;
    },
    close: () => llama.dispose(),
  };
};

const throughput = async (
  runtime: Runtime,
  libraryFolder: string,
  threads: number,
): Promise<readonly Row[]> => {
  const direct = await openDirect(libraryFolder, neededSmallModel(), threads);
  const ratios: number[] = [];
  const rates: number[] = [];
  const count = 96;
  for (let pair = 0; pair < Number(values.pairs); pair++) {
    const prompt = book(128);
    const ours = async (): Promise<number> => (await run(runtime, prompt, { maxTokens: count })).ms;
    const theirs = (): Promise<number> => direct.run(prompt, count);
    // Who goes first changes, so that neither always finds the machine warm.
    const [a, b] = pair % 2 === 0 ? [await ours(), await theirs()] : (await both(theirs, ours)).reverse();
    ratios.push((b ?? Number.NaN) / (a ?? Number.NaN));
    rates.push((count / (a ?? Number.NaN)) * 1000);
  }
  await direct.close();
  return [
    { name: 'rate against the library alone', value: median(ratios), unit: 'x', goal: '>= 0.95' },
    { name: '  tokens per second, prompt included', value: median(rates), unit: 'tok/s', goal: '' },
  ];
};

const both = async (first: () => Promise<number>, second: () => Promise<number>): Promise<number[]> => [
  await first(),
  await second(),
];

const conversation = async (runtime: Runtime): Promise<readonly Row[]> => {
  const prompt = book(6000);
  const first = await run(runtime, prompt, { maxTokens: 32 });
  // An agent asks for a title in between.
  await run(runtime, book(60), { maxTokens: 8 });
  const second = await run(runtime, [...prompt, ...first.tokens, ...book(24)], { maxTokens: 8 });
  return [
    {
      name: 'second turn of 6k tokens, first token',
      value: second.firstTokenMs / first.firstTokenMs,
      unit: 'x',
      goal: '<= 0.05',
    },
    { name: '  first turn', value: first.firstTokenMs, unit: 'ms', goal: '' },
  ];
};

const clients = async (runtime: Runtime): Promise<readonly Row[]> => {
  const rate = async (count: number): Promise<number> => {
    const began = now();
    const runs = await Promise.all(
      Array.from({ length: count }, () => run(runtime, book(32), { maxTokens: 96 })),
    );
    return runs.reduce((sum, { tokens }) => sum + tokens.length, 0) / (now() - began);
  };
  const ratios: number[] = [];
  for (let round = 0; round < 3; round++) {
    const one = await rate(1);
    ratios.push((await rate(4)) / one);
  }
  return [
    { name: 'four clients together against one', value: median(ratios), unit: 'x', goal: '>= 0.85' },
    ...(await pauses(runtime)),
  ];
};

/** A slow machine need not read the whole prompt to show the pauses, ms. */
const longestPromptMs = 120_000;

const pauses = async (runtime: Runtime): Promise<readonly Row[]> => {
  const stop = new AbortController();
  const times: number[][] = [[], [], []];
  const answered = times.map((own) =>
    run(runtime, book(32), {
      maxTokens: 4000,
      signal: stop.signal,
      onToken: () => {
        own.push(now());
        return false;
      },
    }),
  );
  while (times.some((own) => own.length < 8)) await turn();
  const began = now();
  const limit = AbortSignal.timeout(longestPromptMs);
  await run(runtime, book(4000), { maxTokens: 1, signal: limit });
  const ended = now();
  stop.abort();
  await Promise.all(answered);
  const gaps = times.flatMap((own) => {
    const during = own.filter((time) => time >= began && time <= ended);
    return during.slice(1).map((time, i) => time - (during[i] ?? time));
  });
  return [
    { name: 'longest pause beside a 4k prompt', value: Math.max(...gaps), unit: 'ms', goal: '<= 250' },
    { name: '  median pause', value: median(gaps), unit: 'ms', goal: '' },
    {
      name: limit.aborted ? '  the prompt was not read to its end in' : '  the prompt took',
      value: (ended - began) / 1000,
      unit: 's',
      goal: '',
    },
  ];
};

/** ms from leaving until the client knows, and until the engine works on nothing. */
const leave = async (runtime: Runtime, prompt: readonly Token[], when: () => Promise<void>) => {
  const leaving = new AbortController();
  const answer = run(runtime, prompt, { maxTokens: 4000, signal: leaving.signal });
  await when();
  const began = now();
  leaving.abort();
  await answer;
  const told = now() - began;
  // The next request gets its place when the step that was at work is over.
  const { firstTokenMs } = await run(runtime, [1], { maxTokens: 1 });
  return { told, free: now() - began, firstTokenMs };
};

const cancel = async (runtime: Runtime): Promise<readonly Row[]> => {
  const wait = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
  const decode: { told: number; free: number }[] = [];
  const prefill: { told: number; free: number }[] = [];
  for (let round = 0; round < 7; round++) {
    decode.push(await leave(runtime, book(8), () => wait(400 + 13 * round)));
    prefill.push(await leave(runtime, book(3000), () => wait(700 + 41 * round)));
  }
  const chunk = await run(runtime, book(64), { maxTokens: 1 });
  const told = [...decode, ...prefill].map((one) => one.told);
  return [
    { name: 'leaving: told after', value: Math.max(...told), unit: 'ms', goal: '<= 20' },
    {
      name: 'leaving a decode: next answer after',
      value: median(decode.map(({ free }) => free)),
      unit: 'ms',
      goal: '',
    },
    {
      name: 'leaving a prompt: next answer after',
      value: median(prefill.map(({ free }) => free)),
      unit: 'ms',
      goal: '',
    },
    { name: '  one chunk of 64 takes', value: chunk.ms, unit: 'ms', goal: '' },
  ];
};

const folder = mkdtempSync(join(tmpdir(), 'bench-engine-'));
const libraryFolder = await engineLibrary();
const told = values.threads === undefined ? {} : { threads: Number(values.threads) };
const runtime = await openRuntime(
  {
    libraryFolder,
    file: neededSmallModel(),
    modelId: 'small',
    contextTokens: 8192,
    parallel: 4,
    ...told,
    cores: 2,
    gpu: 'off',
    memoryBytes: 8e9,
    tuningFile: join(folder, 'threads.json'),
    socket: '',
  },
  { system: realSystem() },
);
try {
  const { threads } = runtime.facts;
  const parts: Readonly<Record<string, () => Promise<readonly Row[]>>> = {
    throughput: () => throughput(runtime, libraryFolder, threads.decode),
    turn: () => conversation(runtime),
    clients: () => clients(runtime),
    cancel: () => cancel(runtime),
  };
  const rows: Row[] = [];
  for (const name of values.only.split(',')) rows.push(...((await parts[name]?.()) ?? []));
  if (values.json) {
    console.log(JSON.stringify({ threads, rows }, null, 2));
  } else {
    console.log(`threads: ${threads.decode} decode, ${threads.prefill} prefill`);
    for (const { name, value, unit, goal } of rows) {
      const digits = unit === 'x' ? 3 : 1;
      console.log(`${name.padEnd(40)} ${value.toFixed(digits).padStart(9)} ${unit.padEnd(6)} ${goal}`);
    }
  }
} finally {
  await runtime.close();
  rmSync(folder, { recursive: true, force: true });
}
