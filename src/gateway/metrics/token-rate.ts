/** s. */
const window = 60;

/** How fast tokens were made in the last minute, a slot per second. */
export class TokenRate {
  readonly #slots = new Float64Array(window);
  #second = 0;

  /** `now`: ms of the monotonic clock. */
  add(now: number, tokens: number): void {
    const slot = this.#moveTo(now);
    this.#slots[slot] = (this.#slots[slot] ?? 0) + tokens;
  }

  /** Tokens per second. */
  read(now: number): number {
    this.#moveTo(now);
    return this.#slots.reduce((all, each) => all + each, 0) / window;
  }

  /** Clears the slots of the seconds that have passed; the slot of now. */
  #moveTo(now: number): number {
    const second = Math.floor(now / 1000);
    const passed = Math.min(second - this.#second, window);
    for (let each = 1; each <= passed; each += 1) this.#slots[(second - passed + each) % window] = 0;
    if (passed > 0) this.#second = second;
    return this.#second % window;
  }
}
