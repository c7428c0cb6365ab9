import type { ModelUse } from './model-use.ts';

interface LastUse {
  readonly started: number;
  /** ms of a monotonic clock. */
  readonly at: number;
}

/** Since when nobody has used models, by looking every now and then. */
export class IdleTimes {
  readonly #last = new Map<string, LastUse>();

  /** That a model was loaded just now counts as use. */
  begin(id: string, use: ModelUse, now: number): void {
    this.#last.set(id, { started: use.started(id), at: now });
  }

  /** ms since it was used; requests that came and went between two looks count. */
  of(id: string, use: ModelUse, now: number): number {
    const last = this.#last.get(id);
    if (last && !use.isBusy(id) && use.started(id) === last.started) return now - last.at;
    this.begin(id, use, now);
    return 0;
  }
}
