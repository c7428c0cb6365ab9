import type { LocalaiError } from '../../errors.ts';

/** One that waits. */
export interface Waiting {
  readonly owner: string;
  readonly bytes: number;
  readonly start: () => void;
  /** Tells it that its turn will never come. */
  readonly refuse: (why: LocalaiError) => void;
}

/** Those of one band, in which owners take turns and each owner's own requests keep their order. */
export interface Line {
  readonly length: number;
  add(entry: Waiting): void;
  /** Whether it was still there. */
  remove(entry: Waiting): boolean;
  /** Takes the next one: of the owner with the fewest running, among those the one whose turn is longest ago. */
  take(runningOf: (owner: string) => number): Waiting | undefined;
  /** How many of its owner wait before an entry; all of them, when it is not there. */
  before(owner: string, entry?: Waiting): number;
  /** Which start from now an owner's entry is that has so many of its own before it, when owners simply take turns. */
  position(owner: string, before: number): number;
  all(): readonly Waiting[];
}

export const createLine = (): Line => {
  /** By owner, in the order of their turns: who was served moves to the end. */
  const owners = new Map<string, Waiting[]>();
  let length = 0;

  const next = (runningOf: (owner: string) => number): string | undefined => {
    let found: string | undefined;
    let fewest = Number.POSITIVE_INFINITY;
    for (const owner of owners.keys()) {
      const running = runningOf(owner);
      if (running === 0) return owner;
      if (running >= fewest) continue;
      found = owner;
      fewest = running;
    }
    return found;
  };

  return {
    get length() {
      return length;
    },
    add: (entry) => {
      const own = owners.get(entry.owner);
      if (own) own.push(entry);
      else owners.set(entry.owner, [entry]);
      length += 1;
    },
    remove: (entry) => {
      const own = owners.get(entry.owner) ?? [];
      const at = own.indexOf(entry);
      if (at < 0) return false;
      own.splice(at, 1);
      if (own.length === 0) owners.delete(entry.owner);
      length -= 1;
      return true;
    },
    take: (runningOf) => {
      const owner = next(runningOf);
      const own = owner === undefined ? undefined : owners.get(owner);
      const entry = own?.shift();
      if (!own || !entry) return undefined;
      owners.delete(entry.owner);
      if (own.length > 0) owners.set(entry.owner, own);
      length -= 1;
      return entry;
    },
    before: (owner, entry) => {
      const own = owners.get(owner) ?? [];
      const at = entry === undefined ? -1 : own.indexOf(entry);
      return at < 0 ? own.length : at;
    },
    position: (owner, before) => {
      let ahead = before;
      // Those whose turn is before the owner's have one more of it than those after.
      let rounds = before + 1;
      for (const [other, own] of owners) {
        if (other === owner) rounds = before;
        else ahead += Math.min(own.length, rounds);
      }
      return ahead + 1;
    },
    all: () => [...owners.values()].flat(),
  };
};
