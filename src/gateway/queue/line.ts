/** One that waits. */
interface Waiting {
  readonly owner: string;
  readonly bytes: number;
  readonly start: () => void;
}

/** Those of one band, in which owners take turns and each owner's own requests keep their order. */
export interface Line {
  readonly length: number;
  add(entry: Waiting): void;
  /** Whether it was still there. */
  remove(entry: Waiting): boolean;
  /** Takes the next one: of the owner with the fewest running, among those the one whose turn is longest ago. */
  take(runningOf: (owner: string) => number): Waiting | undefined;
  /** Which start from now an owner's last entry is, when owners simply take turns. */
  position(owner: string): number;
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
    position: (owner) => {
      const mine = owners.get(owner)?.length ?? 0;
      let ahead = 0;
      for (const [other, own] of owners) if (other !== owner) ahead += Math.min(own.length, mine);
      return ahead + mine;
    },
  };
};
