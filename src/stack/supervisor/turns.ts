import type { Clock } from '../../system/clock.ts';
import { IdleTimes } from './idle-times.ts';
import { LoadTimes } from './load-times.ts';
import { type ModelUse, unused } from './model-use.ts';
import { settleGroup } from './settle-group.ts';
import { groupOf, newGroup, type TurnGroup, type TurnMember } from './turn-group.ts';

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

/**
 * Who of those that share memory is loaded: who was asked for first, but nobody before the one that is in has stayed its
 * time and has finished what it began.
 */
export class Turns {
  readonly #options: TurnsOptions;
  readonly #groups = new Map<string, TurnGroup>();
  readonly #loadTimes = new LoadTimes();
  readonly #idleTimes = new IdleTimes();
  readonly #over = new AbortController();
  #use: ModelUse = unused;

  constructor(options: TurnsOptions) {
    this.#options = options;
  }

  /** Loads one of each group, and looks after idleness until `stop`. */
  start(use: ModelUse): void {
    this.#use = use;
    this.#settle();
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
      const { current, wanted, working } = this.#group(name);
      if (current === undefined && wanted.length === 0 && !working) this.want(member.id);
    }
  }

  /** Who keeps the memory of this one's group for ever; undefined: nobody. */
  pinnedInstead(id: string): string | undefined {
    const group = this.#member(id)?.rules.group;
    if (group === undefined) return undefined;
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
    const { current, leaving, wanted } = group;
    if (wanted.includes(id)) {
      const after = current === id ? wanted[0] : current;
      const stays = this.#residenceLeft(group);
      const readyInMs = this.#loadTimes.readyIn(id, group, this.#now(), stays, this.#residenceOf);
      return { is: 'wanted', after, readyInMs };
    }
    if (current !== id) return { is: 'out' };
    return { is: leaving ? 'leaving' : 'in' };
  }

  /** In how many ms a model that is in will be ready, by how long it took the last time. */
  loadingMs(id: string): number | undefined {
    const group = [...this.#groups.values()].find(({ current }) => current === id);
    return group && this.#loadTimes.leftOf(group, this.#now());
  }

  #now(): number {
    return this.#options.clock.monotonic();
  }

  #member(id: string): TurnMember | undefined {
    return this.#options.members().find((member) => member.id === id);
  }

  #group(name: string): TurnGroup {
    const known = this.#groups.get(name) ?? newGroup();
    this.#groups.set(name, known);
    return known;
  }

  /** Groups whose engines somebody else starts. */
  #settle(): void {
    const members = this.#options.members().filter(({ isUp, rules }) => isUp && rules.group !== undefined);
    for (const name of new Set(members.map(groupOf))) {
      const group = this.#group(name);
      group.working = true;
      const own = members.filter((member) => groupOf(member) === name);
      settleGroup(own, this.#options.clock, this.#over.signal)
        .then((last) => last && this.#load(group, last.id))
        .finally(() => {
          group.working = false;
          void this.#work(group);
        });
    }
  }

  /** Swaps until everybody who was asked for has had a turn. */
  async #work(group: TurnGroup): Promise<void> {
    if (group.working) return;
    group.working = true;
    try {
      while (group.wanted.length > 0 && !this.#over.signal.aborted) {
        await this.#staysItsTime(group);
        if (group.current !== undefined && !this.#over.signal.aborted) {
          await this.#takeOut(group, group.current);
        }
        const [next] = group.wanted;
        if (next !== undefined && !this.#over.signal.aborted) await this.#load(group, next);
      }
    } finally {
      group.working = false;
    }
  }

  async #staysItsTime(group: TurnGroup): Promise<void> {
    for (;;) {
      const left = this.#residenceLeft(group);
      if (left <= 0 || this.#over.signal.aborted) return;
      await this.#options.clock.sleep(left, this.#over.signal).catch(() => {});
    }
  }

  /** How long the one that is in stays at least, ms; one that does not answer need not be waited for. */
  #residenceLeft({ current, readyAt }: TurnGroup): number {
    if (current === undefined || readyAt === undefined) return 0;
    if (this.#member(current)?.state() === 'error') return 0;
    return readyAt + this.#residenceOf(current) - this.#now();
  }

  readonly #residenceOf = (id: string): number => (this.#member(id)?.rules.residenceSeconds ?? 0) * 1000;

  async #takeOut(group: TurnGroup, id: string): Promise<void> {
    const { onChange, drainMs } = this.#options;
    // From here on the gateway sends it nothing more.
    group.leaving = true;
    onChange(id);
    await this.#use.drained(id, drainMs);
    // One that cannot be unloaded is in nobody's way for longer: what comes next says whether there is room.
    await this.#member(id)
      ?.unload()
      .catch(() => {});
    group.leaving = false;
    group.current = undefined;
    group.readyAt = undefined;
    onChange(id);
  }

  async #load(group: TurnGroup, id: string): Promise<void> {
    const { onChange } = this.#options;
    const at = group.wanted.indexOf(id);
    if (at >= 0) group.wanted.splice(at, 1);
    const member = this.#member(id);
    if (!member) return;
    Object.assign(group, { current: id, beganAt: this.#now(), readyAt: undefined });
    member.load();
    onChange(id);
    try {
      await member.loaded();
      group.readyAt = this.#now();
      this.#loadTimes.note(id, group.readyAt - group.beganAt);
      this.#idleTimes.begin(id, this.#use, group.readyAt);
    } catch {
      // Why it would not come is in its status; its place is free for the next.
      if (group.current === id) group.current = undefined;
    }
    onChange(id);
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
      const idle = this.#idleTimes.of(id, this.#use, this.#now());
      if (idle >= rules.idleSeconds * 1000) void this.#unloadNow(group, id);
    }
  }

  async #unloadNow(group: TurnGroup, id: string): Promise<void> {
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
