import type { ServedModel } from '../../api/gateway-config.ts';
import type { ModelState } from '../../api/models.ts';
import type { Clock } from '../../system/clock.ts';
import { type ModelUse, unused } from './model-use.ts';

export type TurnRules = NonNullable<ServedModel['turns']>;

/** A model that is loaded when it is asked for. */
export interface TurnMember {
  readonly id: string;
  readonly rules: TurnRules;
  /** How its engine is, whatever is planned for it. */
  state(): ModelState;
  /** Begins to load it. */
  load(): void;
  /** Resolves once it is ready; rejects when it will not be. */
  loaded(): Promise<void>;
  /** Resolves when its memory is free. */
  unload(): Promise<void>;
}

/** What a member is to the others of its group, now. */
export type Standing =
  /** It has the memory; what its engine says holds. */
  | { readonly is: 'in' }
  /** It answers what it has begun, and goes. */
  | { readonly is: 'leaving' }
  /** It was asked for; about when it will be ready, ms, if that can be told. `after`: who comes before it. */
  | { readonly is: 'wanted'; readonly after: string | undefined; readonly readyInMs: number | undefined }
  | { readonly is: 'out' };

export interface TurnsOptions {
  readonly clock: Clock;
  /** The members as they are by now. */
  readonly members: () => readonly TurnMember[];
  /** Told when the standing of a member has changed. */
  readonly onChange: (id: string) => void;
  /** How often idleness is looked for, ms. */
  readonly tickMs: number;
  /** How long answers that have begun may go on when another model is wanted, ms. */
  readonly drainMs: number;
}

/** Models that share memory. */
interface Group {
  /** Who is in, or on its way in. */
  current: string | undefined;
  leaving: boolean;
  /** When the current one began to load, and since when it is ready; ms of a monotonic clock. */
  beganAt: number;
  readyAt: number | undefined;
  /** Who was asked for, in the order of asking. */
  readonly wanted: string[];
  working: boolean;
}

interface Used {
  started: number;
  /** ms of a monotonic clock. */
  lastAt: number;
}

/**
 * Who of those that share memory is loaded: who was asked for first, but nobody before the one that is in has stayed its
 * time and has finished what it began. A model without a group is one of its own.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #groups = new Map<string, Group>();
  readonly #used = new Map<string, Used>();
  /** How long each took to load the last time, ms. */
  readonly #loadMs = new Map<string, number>();
  readonly #over = new AbortController();
  #use: ModelUse = unused;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Loads one of each group, and looks after idleness until `stop`. */
  start(use: ModelUse): void {
    this.#use = use;
    this.fill();
    void this.#watchIdleness();
  }

  stop(): void {
    this.#over.abort();
  }

  /** Loads one of each group in which nobody is: the pinned one, else the first. */
  fill(): void {
    const first = new Map<string, TurnMember>();
    for (const member of this.#options.members()) {
      const name = groupOf(member);
      const before = first.get(name);
      if (!before || (member.rules.pinned && !before.rules.pinned)) first.set(name, member);
    }
    for (const [name, member] of first) {
      const group = this.#group(name);
      if (group.current === undefined && group.wanted.length === 0) this.want(member.id);
    }
  }

  /** Who keeps the memory of this one's group for ever; undefined: nobody. */
  pinnedInstead(id: string): string | undefined {
    const member = this.#member(id);
    if (!member || member.rules.group === undefined) return undefined;
    const { group } = member.rules;
    const pinned = this.#options.members().find(({ rules }) => rules.pinned && rules.group === group);
    return pinned === undefined || pinned.id === id ? undefined : pinned.id;
  }

  /** Asks for a model; it is loaded when its turn has come. */
  want(id: string): void {
    const member = this.#member(id);
    if (!member || this.#over.signal.aborted) return;
    const group = this.#group(groupOf(member));
    if (group.current === id && !group.leaving) return;
    if (!group.wanted.includes(id)) group.wanted.push(id);
    this.#options.onChange(id);
    void this.#work(group);
  }

  /** That a model is in no longer: its engine was ended by somebody else. */
  gone(id: string): void {
    for (const group of this.#groups.values()) {
      if (group.current !== id || group.leaving) continue;
      group.current = undefined;
      group.readyAt = undefined;
    }
  }

  /** Unloads a model; resolves when it is out. */
  async release(id: string): Promise<void> {
    const member = this.#member(id);
    if (!member) return;
    const group = this.#group(groupOf(member));
    if (group.current === id && !group.working) await this.#unloadNow(group, id);
  }

  standing(id: string): Standing {
    const member = this.#member(id);
    if (!member) return { is: 'in' };
    const group = this.#group(groupOf(member));
    if (group.wanted.includes(id)) {
      const after = group.current === id ? group.wanted[0] : group.current;
      return { is: 'wanted', after, readyInMs: this.#readyInMs(group, id) };
    }
    if (group.current !== id) return { is: 'out' };
    return { is: group.leaving ? 'leaving' : 'in' };
  }

  /** In how many ms a model that is in will be ready, by how long it took the last time. */
  loadingMs(id: string): number | undefined {
    const lastMs = this.#loadMs.get(id);
    const group = [...this.#groups.values()].find(({ current }) => current === id);
    if (lastMs === undefined || !group || group.readyAt !== undefined) return undefined;
    return Math.max(0, lastMs - (this.#now() - group.beganAt));
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #member(id: string): TurnMember | undefined {
    return this.#options.members().find((member) => member.id === id);
  }

  #group(name: string): Group {
    const known = this.#groups.get(name);
    if (known) return known;
    const group: Group = {
      ...{ current: undefined, leaving: false, beganAt: 0, readyAt: undefined, wanted: [], working: false },
    };
    this.#groups.set(name, group);
    return group;
  }

  /** Swaps until everybody who was asked for has had a turn. */
  async #work(group: Group): Promise<void> {
    if (group.working) return;
    group.working = true;
    try {
      for (;;) {
        const [next] = group.wanted;
        if (next === undefined || this.#over.signal.aborted) return;
        await this.#makeRoom(group);
        if (this.#over.signal.aborted) return;
        await this.#load(group, next);
      }
    } finally {
      group.working = false;
    }
  }

  /** Until the current one's time is over, its answers have ended and its memory is free. */
  async #makeRoom(group: Group): Promise<void> {
    await this.#staysUntil(group);
    const { current } = group;
    if (current === undefined || this.#over.signal.aborted) return;
    await this.#takeOut(group, current);
  }

  async #staysUntil(group: Group): Promise<void> {
    for (;;) {
      const leftMs = this.#residenceMs(group);
      if (leftMs <= 0 || this.#over.signal.aborted) return;
      await this.#options.clock.sleep(leftMs, this.#over.signal).catch(() => {});
    }
  }

  /** How long the one that is in stays at least, ms; one that does not answer need not be waited for. */
  #residenceMs({ current, readyAt }: Group): number {
    const member = current === undefined ? undefined : this.#member(current);
    if (!member || readyAt === undefined || member.state() === 'error') return 0;
    return readyAt + member.rules.residenceSeconds * 1000 - this.#now();
  }

  async #takeOut(group: Group, id: string): Promise<void> {
    const { onChange, drainMs } = this.#options;
    // From here on the gateway sends it nothing more.
    group.leaving = true;
    onChange(id);
    await this.#use.drained(id, drainMs);
    await this.#member(id)?.unload();
    group.leaving = false;
    group.current = undefined;
    group.readyAt = undefined;
    onChange(id);
  }

  async #load(group: Group, id: string): Promise<void> {
    const { onChange } = this.#options;
    const member = this.#member(id);
    const at = group.wanted.indexOf(id);
    if (at >= 0) group.wanted.splice(at, 1);
    if (!member) return;
    group.current = id;
    group.beganAt = this.#now();
    group.readyAt = undefined;
    member.load();
    onChange(id);
    try {
      await member.loaded();
      group.readyAt = this.#now();
      this.#loadMs.set(id, group.readyAt - group.beganAt);
      this.#used.set(id, { started: this.#use.started(id), lastAt: group.readyAt });
    } catch {
      // Why it would not come is in its status; its place is free for the next.
      if (group.current === id) group.current = undefined;
    }
    onChange(id);
  }

  /** When one that waits will be ready: those before it, their times, and its own loading. */
  #readyInMs(group: Group, id: string): number | undefined {
    const usual = this.#usualLoadMs();
    const loadOf = (one: string): number | undefined => this.#loadMs.get(one) ?? usual;
    let ms = group.current === undefined ? 0 : Math.max(0, this.#residenceMs(group));
    if (group.current !== undefined && group.readyAt === undefined && !group.leaving) {
      const loading = this.loadingMs(group.current) ?? loadOf(group.current);
      if (loading === undefined) return undefined;
      ms = loading + this.#residenceOf(group.current);
    }
    for (const one of group.wanted) {
      const load = loadOf(one);
      if (load === undefined) return undefined;
      ms += load;
      if (one === id) return ms;
      ms += this.#residenceOf(one);
    }
    return undefined;
  }

  #residenceOf(id: string): number {
    return (this.#member(id)?.rules.residenceSeconds ?? 0) * 1000;
  }

  /** What others took; undefined before anybody was loaded. */
  #usualLoadMs(): number | undefined {
    const known = [...this.#loadMs.values()];
    return known.length === 0 ? undefined : known.reduce((sum, ms) => sum + ms, 0) / known.length;
  }

  async #watchIdleness(): Promise<void> {
    const { clock, tickMs } = this.#options;
    const { signal } = this.#over;
    while (!signal.aborted) {
      await clock.sleep(tickMs, signal, { ref: false }).catch(() => {});
      if (!signal.aborted) this.#unloadIdle();
    }
  }

  #unloadIdle(): void {
    for (const member of this.#options.members()) {
      const { id, rules } = member;
      const group = this.#group(groupOf(member));
      if (rules.pinned || rules.idleSeconds === undefined) continue;
      if (group.current !== id || group.readyAt === undefined || group.working) continue;
      if (this.#idleMs(id) >= rules.idleSeconds * 1000) void this.#unloadNow(group, id);
    }
  }

  #idleMs(id: string): number {
    const now = this.#now();
    const started = this.#use.started(id);
    const before = this.#used.get(id);
    if (!before || this.#use.isBusy(id) || started !== before.started) {
      this.#used.set(id, { started, lastAt: now });
      return 0;
    }
    return now - before.lastAt;
  }

  async #unloadNow(group: Group, id: string): Promise<void> {
    group.working = true;
    try {
      await this.#takeOut(group, id);
    } finally {
      group.working = false;
    }
    // Whoever asked meanwhile.
    void this.#work(group);
  }
}

const groupOf = ({ id, rules }: TurnMember): string =>
  rules.group === undefined ? `model ${id}` : `group ${rules.group}`;
