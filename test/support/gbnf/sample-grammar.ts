import type { Part, Rules } from './grammar-text.ts';

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** Mostly what people write; now and then something odd. */
const likelyChars = 'aeb 19Z_-/."\'éß漢😀\u2028';

/** Texts that a grammar lets through, by a random walk that turns towards the end once it is long. */
export class GrammarSampler {
  readonly #rules: Rules;
  readonly #costs = new Map<string, number>();
  #settled: Map<Part, number> | undefined;

  constructor(rules: Rules) {
    this.#rules = rules;
    for (let changed = true; changed; ) {
      changed = false;
      for (const [name, part] of rules) {
        const cost = this.#cost(part);
        if (cost < (this.#costs.get(name) ?? Number.POSITIVE_INFINITY)) {
          this.#costs.set(name, cost);
          changed = true;
        }
      }
    }
    this.#settled = new Map();
  }

  sample(random: () => number, longest = 400): string {
    let text = '';
    const walk = (part: Part): void => {
      const isLong = text.length > longest;
      switch (part.kind) {
        case 'char':
          text += this.#char(part, random);
          return;
        case 'rule': {
          const rule = this.#rules.get(part.name);
          if (rule) walk(rule);
          return;
        }
        case 'choice': {
          const options = isLong
            ? [this.#cheapest(part.options)]
            : part.options.filter((one) => this.#isFinite(one));
          for (const one of options[Math.floor(random() * options.length)] ?? []) walk(one);
          return;
        }
        case 'repeat': {
          const more = isLong ? 0 : Math.min(part.max - part.min, this.#extra(part, random));
          for (let turn = 0; turn < part.min + more; turn += 1) walk(part.part);
        }
      }
    };
    walk({ kind: 'rule', name: 'root' });
    return text;
  }

  #extra(part: Extract<Part, { kind: 'repeat' }>, random: () => number): number {
    if (part.max - part.min === 1) return random() < 0.5 ? 1 : 0;
    // All that is allowed, once in a while: that is where bounds go wrong.
    if (random() < 0.03) return Math.min(part.max - part.min, 60);
    return Math.floor(random() * random() * 12);
  }

  #char(part: Extract<Part, { kind: 'char' }>, random: () => number): string {
    const isIn = (code: number): boolean =>
      part.ranges.some(([a, b]) => code >= a && code <= b) !== part.negated;
    if (part.negated || random() < 0.3) {
      const likely = [...likelyChars].filter((char) => isIn(char.codePointAt(0) ?? 0));
      const char = likely[Math.floor(random() * likely.length)];
      if (char !== undefined) return char;
    }
    if (part.negated) throw new Error('no likely character is left');
    const range = part.ranges[Math.floor(random() * part.ranges.length)];
    if (!range) throw new Error('a class without characters');
    return String.fromCodePoint(range[0] + Math.floor(random() * (range[1] - range[0] + 1)));
  }

  #isFinite(parts: readonly Part[]): boolean {
    return Number.isFinite(this.#costOfAll(parts));
  }

  #cheapest(options: readonly (readonly Part[])[]): readonly Part[] {
    return options.reduce((best, one) => (this.#costOfAll(one) < this.#costOfAll(best) ? one : best));
  }

  #costOfAll(parts: readonly Part[]): number {
    return parts.reduce((sum, part) => sum + this.#cost(part), 0);
  }

  /** How long the shortest text of a part is, roughly. Settled once all the rules' costs are known. */
  #cost(part: Part): number {
    const known = this.#settled?.get(part);
    if (known !== undefined) return known;
    const cost = this.#newCost(part);
    this.#settled?.set(part, cost);
    return cost;
  }

  #newCost(part: Part): number {
    switch (part.kind) {
      case 'char':
        return part.ranges.length === 0 && !part.negated ? Number.POSITIVE_INFINITY : 1;
      case 'rule':
        return 1 + (this.#costs.get(part.name) ?? Number.POSITIVE_INFINITY);
      case 'choice':
        return Math.min(...part.options.map((option) => this.#costOfAll(option)));
      case 'repeat':
        return part.min === 0 ? 0 : part.min * this.#cost(part.part);
    }
  }
}
