/** Keeps what was made last: an agent sends the same tools with every request. */
export class Recent<T extends object> {
  readonly #most: number;
  readonly #made = new Map<string, T>();

  /** `most`: how many are kept, the most recently used ones. */
  constructor(most: number) {
    this.#most = most;
  }

  get(key: string, make: () => T): T {
    const value = this.#made.get(key) ?? make();
    this.#made.delete(key);
    this.#made.set(key, value);
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= this.#most) break;
      this.#made.delete(oldest);
    }
    return value;
  }
}
