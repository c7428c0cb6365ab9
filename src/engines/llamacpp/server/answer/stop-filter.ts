/** What may be shown now, and the stop string that ended the text, when one did. */
export interface Filtered {
  readonly text: string;
  readonly stop: string | undefined;
}

/**
 * Ends a text at the first stop string. As much of the end is held back as could be the beginning of one, so that a
 * stop string never shows in part, however it falls into tokens.
 */
export class StopFilter {
  readonly #stops: readonly string[];
  readonly #include: boolean;
  #held = '';

  /** `include`: the stop string itself is shown too. */
  constructor(stops: readonly string[], include: boolean) {
    this.#stops = stops;
    this.#include = include;
  }

  push(text: string): Filtered {
    this.#held += text;
    const found = this.#firstStop();
    if (found) {
      const end = found.at + (this.#include ? found.stop.length : 0);
      return { text: this.#held.slice(0, end), stop: found.stop };
    }
    const hold = this.#possibleStart();
    const shown = this.#held.slice(0, this.#held.length - hold);
    this.#held = this.#held.slice(shown.length);
    return { text: shown, stop: undefined };
  }

  /** What was held back and turned out to be no stop string. */
  flush(): string {
    const rest = this.#held;
    this.#held = '';
    return rest;
  }

  #firstStop(): { at: number; stop: string } | undefined {
    let first: { at: number; stop: string } | undefined;
    for (const stop of this.#stops) {
      const at = this.#held.indexOf(stop);
      if (at >= 0 && (!first || at < first.at)) first = { at, stop };
    }
    return first;
  }

  /** Length of the longest end of the text that begins a stop string. */
  #possibleStart(): number {
    let longest = 0;
    for (const stop of this.#stops) {
      for (let n = Math.min(stop.length - 1, this.#held.length); n > longest; n--) {
        if (this.#held.endsWith(stop.slice(0, n))) longest = n;
      }
    }
    return longest;
  }
}
