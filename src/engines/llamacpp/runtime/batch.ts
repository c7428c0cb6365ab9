import { alone, besideDecoders, ChunkSize } from './chunk-size.ts';
import type { Job } from './job.ts';
import type { LogProbabilities } from './log-probabilities.ts';
import { type EvaluationStyle, largestPiece } from './model-kind.ts';
import { sharePrefill } from './prefill-order.ts';
import type { Token } from './runtime.ts';
import type { Slot } from './slot.ts';
import { SteadyThreads } from './steady-threads.ts';
import type { ThreadChoice } from './thread-choice.ts';

export interface BatchOptions {
  readonly style: EvaluationStyle;
  readonly threads: ThreadChoice;
  readonly setThreads: (threads: number) => void;
  readonly logProbabilities: Pick<LogProbabilities, 'read'>;
  readonly now: () => number;
}

/** A request with its place, and the prompt tokens that are left to evaluate. */
interface Placed {
  readonly job: Job;
  readonly slot: Slot;
  readonly left: number;
  /** The most of them that may be evaluated at once. */
  readonly most: number;
}

const placed = (job: Job, style: EvaluationStyle): readonly Placed[] => {
  const { slot } = job;
  if (!slot || job.awaited || job.isSettled) return [];
  const position = slot.tokens.length;
  return [{ job, slot, left: job.prompt.length - position, most: largestPiece(position, style) }];
};

/**
 * One step for everyone: a batch with a token for each request that is being answered, then a chunk of prompt. The
 * chunk is a batch of its own, since llama.cpp would split it from the single tokens anyhow, and less well.
 */
export class Batch {
  readonly #options: BatchOptions;
  readonly #alone: ChunkSize;
  readonly #beside: ChunkSize;
  readonly #decodeThreads: SteadyThreads;
  readonly #prefillThreads: SteadyThreads;
  readonly #besideThreads: SteadyThreads;
  #count = 0;

  constructor(options: BatchOptions) {
    this.#options = options;
    this.#alone = new ChunkSize(alone, options.style.largestChunk);
    this.#beside = new ChunkSize(besideDecoders, options.style.largestChunk);
    this.#decodeThreads = new SteadyThreads(options.threads.decode);
    this.#prefillThreads = new SteadyThreads(options.threads.prefill);
    this.#besideThreads = new SteadyThreads(options.threads.beside);
  }

  async run(jobs: readonly Job[]): Promise<void> {
    const all = jobs.flatMap((job) => placed(job, this.#options.style));
    const decoding = all.filter(({ job }) => job.isDecoding);
    const prefilling = all.filter(({ job }) => !job.isDecoding);
    const { now } = this.#options;
    const started = now();
    await this.#decode(decoding);
    const decodeMs = now() - started;
    const chunk = decoding.length > 0 ? this.#beside : this.#alone;
    const threads = decoding.length > 0 ? this.#besideThreads : this.#prefillThreads;
    const evaluated = await this.#prefill(prefilling, chunk.tokens, threads.threads);
    const prefillMs = now() - started - decodeMs;
    if (decoding.length > 0) this.#decodeThreads.learn(decoding.length, decodeMs);
    if (evaluated === 0) return;
    chunk.learn(evaluated, prefillMs, decodeMs);
    threads.learn(evaluated, prefillMs);
  }

  async #decode(decoding: readonly Placed[]): Promise<void> {
    if (decoding.length === 0) return;
    this.#options.setThreads(this.#decodeThreads.threads);
    // Queued within the same turn of the event loop, they become one batch.
    const generated = await Promise.all(
      decoding.map(({ job, slot }) => attempt(job, slot, () => job.next(slot, []))),
    );
    for (const one of generated) await this.#deliver(one);
  }

  /** Returns how many prompt tokens were evaluated. */
  async #prefill(prefilling: readonly Placed[], room: number, threads: number): Promise<number> {
    this.#options.setThreads(threads);
    let evaluated = 0;
    for (const { of, tokens } of sharePrefill(prefilling, room, this.#count++)) {
      const { job, slot } = of;
      await this.#deliver(await attempt(job, slot, () => prefill(job, slot, tokens)));
      evaluated += tokens;
    }
    return evaluated;
  }

  async #deliver(generated: Generated | undefined): Promise<void> {
    if (!generated || generated.job.isSettled) return;
    const { job, slot, token } = generated;
    const { logprobs } = job.request;
    try {
      const sequence = slot.sequence._sequenceId;
      const chosen =
        logprobs === undefined ? {} : await this.#options.logProbabilities.read(sequence, token, logprobs);
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
    // Out here: what throws inside the library's sampling would never reach us.
    job.prepare();
  } catch (caught) {
    job.fail(caught);
    return undefined;
  }
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
