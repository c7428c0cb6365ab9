import { anyIndex } from '../tool-syntax.ts';

/** A marker (`<tool_call>`, `[TOOL_CALLS]`), a number or a character: what two texts have in common ends between these. */
const atom = /<[^<>\n]{1,60}>|\[\/?[A-Z_]{3,}\]|\d+|[\s\S]/gu;

const atomsOf = (text: string): readonly string[] => text.match(atom) ?? [];

const isNumber = (text: string): boolean => /^\d+$/.test(text);

/** What stands for both; undefined when they differ. A number and its successor are the numbers of two calls. */
const both = (first: string, second: string): string | undefined => {
  if (first === second) return first;
  return isNumber(first) && isNumber(second) && Number(second) === Number(first) + 1 ? anyIndex : undefined;
};

/** What two texts share at one end, and what is left of each. */
export interface Shared {
  readonly text: string;
  readonly first: string;
  readonly second: string;
}

const share = (first: readonly string[], second: readonly string[]): readonly string[] => {
  const shared: string[] = [];
  for (const [i, one] of first.entries()) {
    const other = second[i];
    const same = other === undefined ? undefined : both(one, other);
    if (same === undefined) break;
    shared.push(same);
  }
  return shared;
};

export const sharedPrefix = (first: string, second: string): Shared => {
  const [a, b] = [atomsOf(first), atomsOf(second)];
  const shared = share(a, b);
  return {
    text: shared.join(''),
    first: a.slice(shared.length).join(''),
    second: b.slice(shared.length).join(''),
  };
};

export const sharedSuffix = (first: string, second: string): Shared => {
  const [a, b] = [atomsOf(first), atomsOf(second)];
  const shared = share(a.toReversed(), b.toReversed()).toReversed();
  return {
    text: shared.join(''),
    first: a.slice(0, a.length - shared.length).join(''),
    second: b.slice(0, b.length - shared.length).join(''),
  };
};
