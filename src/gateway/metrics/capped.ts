/** One item per name. */
export interface Capped<T> {
  /** The item of a name, made when it is first asked for; once there are too many names, new ones share one. */
  of(name: string): T;
  all(): Iterable<T>;
}

/** What names share that came too late to have a label of their own. */
export const otherName = 'other';

/** Labels may not grow without end: what clients or files can name is told apart only up to `most` names. */
export const createCapped = <T>(
  most: number,
  make: (name: string) => T,
  other: string = otherName,
): Capped<T> => {
  const items = new Map<string, T>();
  const add = (name: string): T => {
    const known = items.get(name);
    if (known !== undefined) return known;
    const made = make(name);
    items.set(name, made);
    return made;
  };
  return {
    of: (name) => items.get(name) ?? add(items.size < most ? name : other),
    all: () => items.values(),
  };
};
