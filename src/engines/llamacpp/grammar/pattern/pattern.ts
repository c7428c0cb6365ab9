import type { CharSet } from '../char-set.ts';

/** A regular expression as JSON Schema's `pattern` has it (ECMAScript), as far as a grammar can follow it. */
export type Pattern =
  | { readonly kind: 'char'; readonly set: CharSet }
  | { readonly kind: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly kind: 'choice'; readonly options: readonly Pattern[] }
  | { readonly kind: 'repeat'; readonly part: Pattern; readonly min: number; readonly max: number }
  | { readonly kind: 'start' }
  | { readonly kind: 'end' };

/** Code points that a match of the pattern has. */
export interface Length {
  readonly min: number;
  readonly max: number;
}

export const lengthOf = (pattern: Pattern): Length => {
  switch (pattern.kind) {
    case 'char':
      return { min: 1, max: 1 };
    case 'sequence':
      return pattern.parts.map(lengthOf).reduce(sum, { min: 0, max: 0 });
    case 'choice': {
      const lengths = pattern.options.map(lengthOf);
      return {
        min: Math.min(...lengths.map((length) => length.min)),
        max: Math.max(...lengths.map((length) => length.max)),
      };
    }
    case 'repeat': {
      const { min, max } = lengthOf(pattern.part);
      return { min: min * pattern.min, max: max === 0 ? 0 : max * pattern.max };
    }
    default:
      return { min: 0, max: 0 };
  }
};

const sum = (a: Length, b: Length): Length => ({ min: a.min + b.min, max: a.max + b.max });
