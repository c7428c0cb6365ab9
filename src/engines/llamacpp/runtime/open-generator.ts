import { cpus } from 'node:os';
import { basename } from 'node:path';
import type { LlamacppSpec } from '../spec.ts';
import { Batch } from './batch.ts';
import { checkInternals, type LlamaSequence } from './library.ts';
import { ListenIn } from './listen-in.ts';
import { type LoadedModel, mostThreads } from './load-model.ts';
import { LogProbabilities } from './log-probabilities.ts';
import { measureThreads } from './measure-threads.ts';
import { evaluationStyle } from './model-kind.ts';
import { openContext } from './open-context.ts';
import type { RuntimeHost } from './open-runtime.ts';
import { Slot } from './slot.ts';
import { Slots } from './slots.ts';
import { sparingOne, type ThreadChoice, threadSettings } from './thread-choice.ts';
import type { MeasuredThreads, TuningFile } from './tuning-file.ts';

/** What answers are generated with. */
export interface Generator {
  readonly slots: Slots;
  readonly batch: Batch | undefined;
  readonly contextTokens: number;
  readonly parallel: number;
  readonly threads: Pick<ThreadChoice, 'decode' | 'prefill'>;
  readonly tokensPerSecond: number | null;
  readonly close: () => Promise<void>;
}

/** Memory that the checkpoints of one request may take, where a model needs them, bytes. */
const checkpointMemory = 512 * 1024 ** 2;

/** Some in a long prompt beside those that we take ourselves, at the end of a prompt and of an answer. */
const checkpoints = { max: 16, interval: 4096, maxMemory: checkpointMemory } as const;

export const openGenerator = async (
  spec: LlamacppSpec,
  loaded: LoadedModel,
  tuning: TuningFile,
  host: RuntimeHost,
): Promise<Generator> => {
  const { llama, model } = loaded;
  const { context, contextTokens, parallel } = await openContext(spec, loaded, host);
  const slots = Array.from({ length: parallel }, () => new Slot(context.getSequence({ checkpoints })));
  const [first] = slots;
  if (!first) throw new Error('no place for a request');
  checkInternals(llama, context, first.sequence);
  const threads = await chooseThreads(spec, loaded, first.sequence, tuning, host);
  const listenIn = new ListenIn(context, model.fileInsights.swaSize ?? 0);
  const logProbabilities = new LogProbabilities(llama, model, context, listenIn);
  const batch = new Batch({
    style: evaluationStyle(llama),
    threads: { ...threads, beside: spec.threads ?? Math.min(threads.prefill, sparingOne(spec.cores)) },
    setThreads: (count) => {
      llama.maxThreads = count;
    },
    logProbabilities,
    now: () => host.system.clock.monotonic(),
  });
  return {
    slots: new Slots(slots),
    batch,
    contextTokens,
    parallel,
    threads: { decode: threads.decode, prefill: threads.prefill },
    tokensPerSecond: threads.tokensPerSecond,
    close: async () => {
      logProbabilities.dispose();
      await context.dispose();
    },
  };
};

/** Stands in for a model that cannot generate. */
export const embeddingsOnly = (spec: LlamacppSpec, { model }: LoadedModel): Generator => {
  const threads = Math.min(spec.threads ?? Number.POSITIVE_INFINITY, mostThreads(spec));
  return {
    slots: new Slots([]),
    batch: undefined,
    contextTokens: Math.min(spec.contextTokens ?? Number.POSITIVE_INFINITY, model.trainContextSize),
    parallel: 1,
    threads: { decode: threads, prefill: threads },
    tokensPerSecond: null,
    close: async () => {},
  };
};

/** As told, else as measured: now, or at an earlier start with this machine and model. */
const chooseThreads = async (
  spec: LlamacppSpec,
  { llama, model }: LoadedModel,
  sequence: LlamaSequence,
  tuning: TuningFile,
  host: RuntimeHost,
): Promise<MeasuredThreads> => {
  const { clock, files } = host.system;
  const most = mostThreads(spec);
  const told = spec.threads === undefined ? undefined : [Math.min(spec.threads, most)];
  const settings = {
    decode: told ?? threadSettings(sparingOne(most)),
    prefill: told ?? threadSettings(most),
  };
  const backend = llama.gpu === false ? 'cpu' : llama.gpu;
  const processor = cpus()[0]?.model.trim() ?? 'unknown processor';
  const machine = `${processor}, ${settings.decode.join('/')} and ${settings.prefill.join('/')} threads, ${backend}`;
  const size = (await files.stat(spec.file))?.size ?? 0;
  const key = `${machine}; ${basename(spec.file)}, ${size} bytes`;
  const known = await tuning.threads(key);
  if (known) return known;
  const measured = await measureThreads({
    sequence,
    settings,
    token: model.tokens.bos ?? model.tokens.eos ?? 0,
    setThreads: (threads) => {
      llama.maxThreads = threads;
    },
    now: () => clock.monotonic(),
    signal: host.signal,
  });
  await tuning.keepThreads(key, measured);
  host.onDetail?.(
    `measured: ${measured.decode} threads to decode, ${measured.prefill} to read prompts, ${measured.tokensPerSecond} tokens per second`,
  );
  return measured;
};
