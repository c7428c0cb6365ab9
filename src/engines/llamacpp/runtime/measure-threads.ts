import type { EvaluateOptions, LlamaSequence } from './library.ts';
import type { Token } from './runtime.ts';
import { neverShift } from './sampler-options.ts';
import { chooseThreads, median, type ThreadTiming } from './thread-choice.ts';
import type { MeasuredThreads } from './tuning-file.ts';

export interface ThreadTrial {
  /** An empty sequence; left empty. */
  readonly sequence: LlamaSequence;
  readonly setThreads: (threads: number) => void;
  /** Any token of the vocabulary. */
  readonly token: Token;
  /** Numbers of threads to try. */
  readonly settings: { readonly decode: readonly number[]; readonly prefill: readonly number[] };
  /** ms. */
  readonly now: () => number;
  readonly signal: AbortSignal | undefined;
}

/** A small model gets this many decode steps for each number of threads, a large one two. */
const mostSteps = 6;
/** ms for the decode steps of one number of threads. */
const decodeBudget = 60;
/** Enough to tell the settings apart; a whole chunk of 64 would take twice the time. */
const prefillTokens = 32;
/** Fewer threads than ones that took this much longer than the best need not be tried. */
const hopeless = 1.5;

const greedy: EvaluateOptions = {
  temperature: 0,
  minP: null,
  topK: null,
  topP: null,
  seed: 0,
  yieldEogToken: true,
  contextShift: neverShift,
};

/**
 * Finds how many threads decode and prefill fastest, each for itself: about 0.3 s for a small model. More is not
 * always faster: on a busy or virtual machine threads wait for each other at every one of a model's many small steps.
 */
export const measureThreads = async (trial: ThreadTrial): Promise<MeasuredThreads> => {
  // The first step reads the weights from the disk.
  await timeDecode(trial, 1);
  const decode = await fromMost(trial, trial.settings.decode, () => timeDecode(trial, mostSteps));
  const prefill = await fromMost(trial, trial.settings.prefill, () => timePrefill(trial));
  await trial.sequence.clearHistory();
  const threads = chooseThreads(decode);
  const ms = decode.find((timing) => timing.threads === threads)?.ms;
  const tokensPerSecond = ms ? Math.round(10_000 / ms) / 10 : null;
  return { decode: threads, prefill: chooseThreads(prefill), tokensPerSecond };
};

/** From all cores downwards: on a large machine the settings with few threads are slow to try. */
const fromMost = async (
  trial: ThreadTrial,
  settings: readonly number[],
  time: () => Promise<number>,
): Promise<readonly ThreadTiming[]> => {
  const timings: ThreadTiming[] = [];
  for (const threads of [...settings].sort((a, b) => b - a)) {
    trial.signal?.throwIfAborted();
    trial.setThreads(threads);
    const ms = await time();
    timings.push({ threads, ms });
    if (ms > hopeless * Math.min(...timings.map((timing) => timing.ms))) break;
  }
  return timings;
};

/** ms of a decode step. */
const timeDecode = async ({ sequence, token, now }: ThreadTrial, steps: number): Promise<number> => {
  const times: number[] = [];
  const evaluation = sequence.evaluateWithMetadata([token], {}, greedy);
  const began = now();
  for (let last = began; times.length < steps; ) {
    await evaluation.next();
    const time = now();
    times.push(time - last);
    last = time;
    if (times.length >= 2 && time - began > decodeBudget) break;
  }
  await evaluation.return();
  return median(times);
};

/** ms of a chunk of prompt. */
const timePrefill = async ({ sequence, token, now }: ThreadTrial): Promise<number> => {
  await sequence.clearHistory();
  const began = now();
  const tokens = new Array<Token>(prefillTokens).fill(token);
  await sequence.evaluateWithoutGeneratingNewTokens(tokens, { contextShift: neverShift });
  return now() - began;
};
