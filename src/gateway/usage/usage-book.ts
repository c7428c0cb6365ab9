import type { KeyRecord } from '../../config/keys.ts';
import type { Exchange } from '../exchange.ts';
import { isError, isUsageUnknown, outcomeOf } from '../outcome.ts';

/** What one key's requests for one model came to on one day. */
export interface DayUsage {
  /** Days since 1970, UTC. */
  readonly day: number;
  /** The key's id. */
  readonly key: string;
  readonly model: string;
  requests: number;
  errors: number;
  prompt: number;
  completion: number;
  /** Answers that did not say what they took. */
  unknown: number;
}

/** When a key or a model was last used. */
export interface LastUse {
  readonly kind: 'key' | 'model';
  readonly id: string;
  name: string;
  /** ms since 1970. */
  at: number;
}

export interface Entries {
  readonly days: readonly DayUsage[];
  readonly uses: readonly LastUse[];
}

const dayMs = 24 * 3600 * 1000;

/** The day of a time, and the date of a day. */
export const dayOf = (time: number): number => Math.floor(time / dayMs);
export const dateOf = (day: number): string => new Date(day * dayMs).toISOString().slice(0, 10);

/** Whose the requests without a key are. */
const anyone = { id: 'anyone', name: 'anyone' };

/** Where what is too much to be told apart is counted. */
const other = 'other';

const placeOf = ({ day, key, model }: Pick<DayUsage, 'day' | 'key' | 'model'>): string =>
  `${day}\n${key}\n${model}`;

/** What was used and is not written down yet. */
export class UsageBook {
  readonly #most: number;
  #days = new Map<string, DayUsage>();
  #keys = new Map<string, LastUse>();
  #models = new Map<string, LastUse>();
  /** Nearly every request is of the same day, key and model as the one before. */
  #last: DayUsage | undefined;

  /** `most`: rows that are kept apart while they cannot be written. */
  constructor(most = 10_000) {
    this.#most = most;
  }

  get isEmpty(): boolean {
    return this.#keys.size === 0;
  }

  /** `now`: ms since 1970. A request that reached no model is only a use of its key. */
  note(exchange: Exchange, now: number): void {
    const { key, model, endpoint } = exchange;
    const reached = model !== undefined && endpoint !== undefined;
    if (!key && !reached) return;
    const { id, name }: Pick<KeyRecord, 'id' | 'name'> = key ?? anyone;
    this.#use(this.#keys, 'key', id, name, now);
    if (!reached) return;
    this.#use(this.#models, 'model', model, model, now);
    this.#count(exchange, this.#row(dayOf(now), id, model));
  }

  /** All of it; the book is empty then. */
  take(): Entries {
    const taken = this.peek();
    this.#days = new Map();
    this.#keys = new Map();
    this.#models = new Map();
    this.#last = undefined;
    return taken;
  }

  peek(): Entries {
    return { days: [...this.#days.values()], uses: [...this.#keys.values(), ...this.#models.values()] };
  }

  /** Takes back what could not be written. */
  putBack({ days, uses }: Entries): void {
    for (const { day, key, model, ...counts } of days) {
      const row = this.#row(day, key, model);
      row.requests += counts.requests;
      row.errors += counts.errors;
      row.prompt += counts.prompt;
      row.completion += counts.completion;
      row.unknown += counts.unknown;
    }
    for (const { kind, id, name, at } of uses) {
      const all = kind === 'key' ? this.#keys : this.#models;
      if (!all.has(id)) this.#use(all, kind, id, name, at);
    }
  }

  #count(exchange: Exchange, row: DayUsage): void {
    const outcome = outcomeOf(exchange);
    row.requests += 1;
    if (isError(outcome)) row.errors += 1;
    if (isUsageUnknown(exchange, outcome)) row.unknown += 1;
    if (!exchange.usage) return;
    row.prompt += exchange.usage.prompt;
    row.completion += exchange.usage.completion;
  }

  #use(all: Map<string, LastUse>, kind: LastUse['kind'], id: string, name: string, at: number): void {
    const known = all.get(id);
    if (!known) {
      if (all.size < this.#most) all.set(id, { kind, id, name, at });
      return;
    }
    known.at = at;
    known.name = name;
  }

  #row(day: number, key: string, model: string): DayUsage {
    const last = this.#last;
    if (last && last.day === day && last.key === key && last.model === model) return last;
    const found = this.#find(day, key, model);
    this.#last = found;
    return found;
  }

  #find(day: number, key: string, model: string): DayUsage {
    const known = this.#days.get(placeOf({ day, key, model }));
    if (known) return known;
    const apart = this.#days.size < this.#most;
    const place = { day, key: apart ? key : other, model: apart ? model : other };
    const shared = this.#days.get(placeOf(place));
    if (shared) return shared;
    const made = { ...place, requests: 0, errors: 0, prompt: 0, completion: 0, unknown: 0 };
    this.#days.set(placeOf(place), made);
    return made;
  }
}
