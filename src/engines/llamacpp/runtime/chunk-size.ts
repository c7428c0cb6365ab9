/**
 * How many prompt tokens one step takes. Beside requests that are being answered a step is how long they pause between
 * two tokens (a person sees a pause above a quarter of a second), and a client that leaves must not hold the machine for
 * long. What a token of prompt takes depends on the machine, its load and how long the prompt is by then, so the chunk
 * follows what the last ones took.
 */
export interface ChunkLimits {
  readonly start: number;
  readonly min: number;
  readonly max: number;
  /** How long a step should take, answers included, ms. */
  readonly stepMs: number;
}

export const besideDecoders: ChunkLimits = { start: 16, min: 2, max: 64, stepMs: 150 };

/** Nobody waits for a token. */
export const alone: ChunkLimits = { start: 64, min: 16, max: 512, stepMs: 600 };

/** The part of the answers' time that a prompt gets even where they fill the step: it would never be read otherwise. */
const leastShare = 0.5;

/** How much of the estimate the newest step makes. */
const newest = 0.4;

export class ChunkSize {
  readonly #limits: ChunkLimits;
  #size: number;
  /** What a token of prompt takes, ms; undefined before the first step. */
  #tokenMs: number | undefined;

  constructor(limits: ChunkLimits, largest = limits.max) {
    this.#limits = { ...limits, max: Math.min(limits.max, largest) };
    this.#size = Math.min(limits.start, this.#limits.max);
  }

  get tokens(): number {
    return this.#size;
  }

  /** Learns from a step in which `tokens` of prompt took `prefillMs`, and the answers beside it `decodeMs`. */
  learn(tokens: number, prefillMs: number, decodeMs: number): void {
    const { min, max, stepMs } = this.#limits;
    const budget = Math.max(stepMs - decodeMs, leastShare * decodeMs);
    // The short end of a prompt tells little of what a whole chunk takes.
    if (2 * tokens < this.#size && prefillMs < budget) return;
    const seen = prefillMs / tokens;
    const before = this.#tokenMs ?? seen;
    this.#tokenMs = before + newest * (seen - before);
    // At most twice as many: a larger chunk may go another, slower way.
    const wanted = Math.min(Math.floor(budget / this.#tokenMs), 2 * this.#size);
    this.#size = Math.max(min, Math.min(max, wanted));
  }
}
