/**
 * How many threads a kind of work gets. llama.cpp's threads wait for each other, burning their cores, at every one of a
 * model's many small steps: where another program holds one of the cores, a step of two threads took eighty times as
 * long as usual. After a step like that the work goes on with one thread for a while, which nothing can hold up so.
 */
export class SteadyThreads {
  readonly #wanted: number;
  /** ms for a token, as long as nothing disturbs; undefined before the first. */
  #usual: number | undefined;
  /** Steps for which one thread is used. */
  #cautious = 0;
  #pause = leastPause;

  constructor(wanted: number) {
    this.#wanted = wanted;
  }

  get threads(): number {
    return this.#cautious > 0 ? 1 : this.#wanted;
  }

  /** Learns from a step with so many tokens that took `ms` with the threads of now. */
  learn(tokens: number, ms: number): void {
    if (this.#wanted === 1) return;
    if (this.#cautious > 0) {
      this.#cautious--;
      return;
    }
    const usual = this.#usual ?? ms / tokens;
    if (ms > worthMs && ms > disturbed * usual * tokens) {
      this.#cautious = this.#pause;
      this.#pause = Math.min(2 * this.#pause, mostPause);
      return;
    }
    this.#usual = usual + newest * (ms / tokens - usual);
    this.#pause = Math.max(leastPause, this.#pause - 1);
  }
}

const leastPause = 64;
const mostPause = 1024;
/** A step that takes so many times as long is not the prompt's depth or another chunk. */
const disturbed = 6;
/** What nobody notices is no trouble, ms. */
const worthMs = 300;
const newest = 0.1;
