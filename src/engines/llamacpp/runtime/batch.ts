import { alone, besideDecoders, ChunkSize } from './chunk-size.ts';
import type { Job } from './job.ts';
import type { LogProbabilities } from './log-probabilities.ts';
import { sharePrefill } from './prefill-order.ts';
import type { Token } from './runtime.ts';
import type { Slot } from './slot.ts';
import type { ThreadChoice } from './thread-choice.ts';

export interface BatchOptions {
  /** Most prompt tokens in one step. */
  readonly largestChunk: number;
  readonly threads: ThreadChoice;
  readonly setThreads: (threads: number) => void;
  readonly logProbabilities: LogProbabilities;
  readonly now: () => number;
}

/** A request with its place, and the prompt tokens that are left to evaluate. */
interface Placed {
  readonly job: Job;
  readonly slot: Slot;
  readonly left: number;
}

const toPlaced = (job: Job): readonly Placed[] => {
  const { slot } = job;
  if (!slot || job.awaited || job.isSettled) return [];
  return [{ job, slot, left: job.prompt.length - slot.tokens.length }];
};

/**
 * Evaluates one batch for everyone: a token for each request that is being answered, and one chunk of prompt. All is
 * queued in the library within the same turn of the event loop, and so becomes one batch.
 */
export class Batch {
  readonly #options: BatchOptions;
  readonly #alone: ChunkSize;
  readonly #beside: ChunkSize;
  #count = 0;

  constructor(options: BatchOptions) {
    this.#options = options;
    this.#alone = new ChunkSize(alone, options.largestChunk);
    this.#beside = new ChunkSize(besideDecoders, options.largestChunk);
  }

  async run(jobs: readonly Job[]): Promise<void> {
    const { threads, setThreads, now } = this.#options;
    const placed = jobs.flatMap(toPlaced);
    const decoding = placed.filter(({ job }) => job.isDecoding);
    const prefilling = placed.filter(({ job }) => !job.isDecoding);
    const chunk = decoding.length > 0 ? this.#beside : this.#alone;
    const shares = sharePrefill(prefilling, chunk.tokens, this.#count++);
    setThreads(shares.length > 0 ? threads.prefill : threads.decode);
    const started = now();
    const results = await Promise.all([
      ...decoding.map(({ job, slot }) => attempt(job, slot, () => job.next(slot, []))),
      ...shares.map(({ job: { job, slot }, tokens }) => attempt(job, slot, () => prefill(job, slot, tokens))),
    ]);
    const evaluated = shares.reduce((sum, { tokens }) => sum + tokens, 0);
    if (evaluated > 0) chunk.learn(evaluated, now() - started);
    for (const result of results) if (result) await this.#deliver(result);
  }

  async #deliver({ job, slot, token }: Generated): Promise<void> {
    if (job.isSettled) return;
    const { logprobs } = job.request;
    try {
      const chosen =
        logprobs === undefined
          ? {}
          : await this.#options.logProbabilities.read(slot.sequence._sequenceId, token, logprobs);
      const end = job.deliver({ token, ...chosen });
      if (end) job.settle(end);
    } catch (caught) {
      job.fail(caught);
    }
  }
}

interface Generated {
  readonly job: Job;
  readonly slot: Slot;
  readonly token: Token;
}

/** A failure is that request's alone. */
const attempt = async (
  job: Job,
  slot: Slot,
  work: () => Promise<Token | undefined>,
): Promise<Generated | undefined> => {
  try {
    const token = await work();
    return token === undefined ? undefined : { job, slot, token };
  } catch (caught) {
    slot.isBroken = true;
    job.fail(caught);
    return undefined;
  }
};

/** Evaluates the next tokens of the prompt; with the last ones comes the first token of the answer. */
const prefill = async (job: Job, slot: Slot, tokens: number): Promise<Token | undefined> => {
  const from = slot.tokens.length;
  job.begin(from);
  const end = slot.chunkEnd(from + tokens, job.prompt.length);
  const part = job.prompt.slice(from, end);
  if (end === job.prompt.length) return job.next(slot, part);
  await slot.prefill(part);
  return undefined;
};
