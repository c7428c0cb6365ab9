/**
 * How many prompt tokens one step takes. The chunk follows the measured time of the steps: a larger one is a little
 * faster, but beside requests that are being answered a step is how long they pause between two tokens (a person sees
 * a pause above a quarter of a second), and a client that leaves must not hold the machine for long.
 */
export interface ChunkLimits {
  readonly start: number;
  readonly min: number;
  readonly max: number;
  /** A step longer than this halves the chunk, ms. */
  readonly slowMs: number;
  /** A full step shorter than this doubles it, ms. */
  readonly fastMs: number;
}

export const besideDecoders: ChunkLimits = { start: 16, min: 2, max: 64, slowMs: 140, fastMs: 50 };

/** Nobody waits for a token. */
export const alone: ChunkLimits = { start: 64, min: 16, max: 512, slowMs: 900, fastMs: 200 };

export class ChunkSize {
  readonly #limits: ChunkLimits;
  #size: number;

  constructor(limits: ChunkLimits, largest = limits.max) {
    this.#limits = { ...limits, max: Math.min(limits.max, largest) };
    this.#size = Math.min(limits.start, this.#limits.max);
  }

  get tokens(): number {
    return this.#size;
  }

  /**
   * Learns from a step that took `ms` with `tokens` of prompt in it, and `decodeMs` of that for the answers beside it.
   * Where these alone take long, the prompt may take as long again: it would never be read otherwise.
   */
  learn(tokens: number, ms: number, decodeMs: number): void {
    const { min, max, slowMs, fastMs } = this.#limits;
    if (ms > Math.max(slowMs, 2 * decodeMs)) {
      this.#size = Math.max(min, Math.floor(Math.min(this.#size, tokens) / 2));
    } else if (ms < Math.max(fastMs, 1.3 * decodeMs) && tokens >= this.#size) {
      this.#size = Math.min(max, this.#size * 2);
    }
  }
}
