import type { TurnGroup } from './turn-group.ts';

/** How long models took to load the last time, and what follows for those that wait. Times in ms. */
export class LoadTimes {
  readonly #took = new Map<string, number>();

  note(id: string, ms: number): void {
    this.#took.set(id, ms);
  }

  /** How long the current one of a group still loads; undefined: it is loaded, or that is not known. */
  leftOf({ current, readyAt, beganAt }: TurnGroup, now: number): number | undefined {
    const took = current === undefined ? undefined : this.#took.get(current);
    return took === undefined || readyAt !== undefined ? undefined : Math.max(0, took - (now - beganAt));
  }

  /**
   * When one that waits will be ready: those before it, their times, and its own loading; undefined before anybody was
   * loaded. `staysFor`: how long the current one stays yet; `residenceOf`: how long each stays once it is loaded.
   */
  readyIn(
    id: string,
    group: TurnGroup,
    now: number,
    staysFor: number,
    residenceOf: (id: string) => number,
  ): number | undefined {
    const { current, readyAt, leaving, wanted } = group;
    let ms = Math.max(0, staysFor);
    if (current !== undefined && readyAt === undefined && !leaving) {
      const left = this.leftOf(group, now) ?? this.#usual();
      if (left === undefined) return undefined;
      ms = left + residenceOf(current);
    }
    for (const one of wanted) {
      const load = this.#took.get(one) ?? this.#usual();
      if (load === undefined) return undefined;
      ms += load;
      if (one === id) return ms;
      ms += residenceOf(one);
    }
    return undefined;
  }

  /** What models took on average. */
  #usual(): number | undefined {
    const all = [...this.#took.values()];
    return all.length === 0 ? undefined : all.reduce((sum, ms) => sum + ms, 0) / all.length;
  }
}
