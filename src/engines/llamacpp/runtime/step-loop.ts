import type { Batch } from './batch.ts';
import type { EmbeddingQueue } from './embedding-queue.ts';
import type { Job } from './job.ts';
import type { Slots } from './slots.ts';

export interface StepLoopParts {
  readonly slots: Slots;
  /** Absent for a model that only makes embeddings. */
  readonly batch: Batch | undefined;
  /** What is done between steps. */
  readonly embeddings: Pick<EmbeddingQueue, 'hasWork' | 'step'>;
}

/**
 * Works on all requests step by step: a step is one batch (the library's own scheduling would let a long prompt hold
 * up everyone and could not be stopped), and what changes a sequence's state happens between steps, when nothing is
 * queued in the library.
 */
export class StepLoop {
  readonly #parts: StepLoopParts;
  /** Waiting for a place, in the order they came. */
  readonly #queue: Job[] = [];
  #jobs: readonly Job[] = [];
  #isRunning = false;

  constructor(parts: StepLoopParts) {
    this.#parts = parts;
  }

  get running(): number {
    return this.#jobs.filter(({ isSettled }) => !isSettled).length;
  }

  get waiting(): number {
    return this.#queue.length;
  }

  submit(job: Job): void {
    const { signal } = job.request;
    if (signal.aborted) {
      job.settle('abort');
      return;
    }
    const leave = (): void => this.#leave(job);
    const forget = (): void => signal.removeEventListener('abort', leave);
    signal.addEventListener('abort', leave, { once: true });
    job.done.then(forget, forget);
    this.#queue.push(job);
    this.wake();
  }

  /** Starts working, unless it does. */
  wake(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    void this.#run();
  }

  /** Lets everyone go; returns when nothing is at work any more. */
  async stop(): Promise<void> {
    for (const job of [...this.#queue, ...this.#jobs]) this.#leave(job);
    while (this.#isRunning) await nextTurn();
  }

  /** The client is told at once; its place is freed when the step is over. */
  #leave(job: Job): void {
    job.settle('abort');
    const at = this.#queue.indexOf(job);
    if (at >= 0) this.#queue.splice(at, 1);
  }

  get #hasWork(): boolean {
    return this.#queue.length > 0 || this.#jobs.length > 0 || this.#parts.embeddings.hasWork;
  }

  async #run(): Promise<void> {
    try {
      while (this.#hasWork) {
        await this.#step();
        // Sockets are read and written in between.
        await nextTurn();
      }
    } finally {
      this.#isRunning = false;
      // What came while the loop was ending.
      if (this.#hasWork) this.wake();
    }
  }

  async #step(): Promise<void> {
    try {
      await this.#freePlaces();
      await this.#fillPlaces();
      if (this.#jobs.length > 0) await this.#parts.batch?.run(this.#jobs);
    } catch (caught) {
      await this.#giveUp(caught);
    }
    await this.#parts.embeddings.step();
  }

  async #freePlaces(): Promise<void> {
    for (const job of this.#jobs) if (job.isSettled) await leavePlace(job);
    this.#jobs = this.#jobs.filter(({ slot }) => slot !== undefined);
  }

  async #fillPlaces(): Promise<void> {
    const { slots } = this.#parts;
    // First, since who comes next may be given the place that is to be copied.
    for (const job of this.#jobs) await slots.copyAwaited(job);
    for (let job = this.#queue[0]; job && slots.assign(job); job = this.#queue[0]) {
      this.#queue.shift();
      this.#jobs = [...this.#jobs, job];
      await slots.prepare(job);
      await slots.copyAwaited(job);
    }
  }

  /** Something went wrong between steps: nobody knows in what state the sequences are. */
  async #giveUp(caught: unknown): Promise<void> {
    const jobs = this.#jobs;
    this.#jobs = [];
    for (const job of jobs) {
      if (job.slot) job.slot.isBroken = true;
      job.fail(caught);
    }
    for (const job of jobs) await leavePlace(job).catch(() => {});
  }
}

const leavePlace = async (job: Job): Promise<void> => {
  const { slot } = job;
  job.slot = undefined;
  await job.end();
  await slot?.release();
};

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
