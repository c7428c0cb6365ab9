/** A table whose names strangers choose, so it holds no more than it may. */
export interface BoundedTable<V> {
  get(name: string): V | undefined;
  set(name: string, value: V): void;
}

/**
 * Two generations: when the younger has half of `most`, the older is forgotten and the younger takes its place. What
 * is looked at stays; nothing is searched through.
 */
export const boundedTable = <V>(most: number): BoundedTable<V> => {
  let young = new Map<string, V>();
  let old = new Map<string, V>();
  const set = (name: string, value: V): void => {
    if (young.size >= most / 2 && !young.has(name)) {
      old = young;
      young = new Map();
    }
    young.set(name, value);
  };
  return {
    get: (name) => {
      const found = young.get(name);
      if (found !== undefined) return found;
      const older = old.get(name);
      if (older !== undefined) set(name, older);
      return older;
    },
    set,
  };
};
