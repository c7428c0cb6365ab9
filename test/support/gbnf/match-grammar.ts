import type { Part, Rules } from './grammar-text.ts';

/** Whether a grammar lets a whole text through. */
export const matchesGrammar = (rules: Rules, text: string): boolean => {
  const chars = [...text].map((char) => char.codePointAt(0) ?? 0);
  const known = new Map<string, ReadonlySet<number>>();

  const after = (part: Part, from: number): ReadonlySet<number> => {
    switch (part.kind) {
      case 'char': {
        const char = chars[from];
        const isIn = char !== undefined && part.ranges.some(([a, b]) => char >= a && char <= b);
        return char !== undefined && isIn !== part.negated ? new Set([from + 1]) : new Set();
      }
      case 'rule': {
        const key = `${part.name} ${from}`;
        const rule = rules.get(part.name);
        const ends = known.get(key) ?? (rule ? after(rule, from) : new Set<number>());
        known.set(key, ends);
        return ends;
      }
      case 'choice':
        return new Set(part.options.flatMap((option) => [...afterAll(option, from)]));
      case 'repeat':
        return afterRepeat(part, from);
    }
  };

  const afterAll = (parts: readonly Part[], from: number): ReadonlySet<number> =>
    parts.reduce((places: ReadonlySet<number>, part) => afterAny(places, part), new Set([from]));

  const afterAny = (places: ReadonlySet<number>, part: Part): ReadonlySet<number> =>
    new Set([...places].flatMap((place) => [...after(part, place)]));

  const afterRepeat = (part: Extract<Part, { kind: 'repeat' }>, from: number): ReadonlySet<number> => {
    const ends = new Set<number>();
    let places: ReadonlySet<number> = new Set([from]);
    const seen = new Set<number>();
    for (let turn = 0; places.size > 0; turn += 1) {
      if (turn >= part.min) for (const place of places) ends.add(place);
      if (turn >= part.max) break;
      const next = afterAny(places, part.part);
      places = turn >= part.min ? new Set([...next].filter((place) => !seen.has(place))) : next;
      for (const place of places) seen.add(place);
    }
    return ends;
  };

  return after({ kind: 'rule', name: 'root' }, 0).has(chars.length);
};
