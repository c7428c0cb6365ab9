import { freeGib, outsideGib, type PlanCard } from './card.ts';
import type { EnginePlan } from './engine-plan.ts';

/** What a part of the bar stands for; each has its own glyph, so that no colour is needed. */
const glyphs = { used: '░', weights: '█', work: '▓', cache: '▒', free: '·' } as const;

type Part = keyof typeof glyphs;

interface Segment {
  readonly part: Part;
  readonly gib: number;
}

const workOf = ({ parts }: EnginePlan): number =>
  parts.activation + parts.runtime + parts.graphs + outsideGib;

/** The parts of a card in the order in which they are drawn. In turns only the largest engine is awake. */
const segmentsOf = (card: PlanCard, engines: readonly EnginePlan[]): readonly Segment[] => {
  const taken = engines.flatMap((plan): readonly Segment[] => [
    { part: 'weights', gib: plan.parts.weights },
    { part: 'work', gib: workOf(plan) },
    { part: 'cache', gib: plan.parts.cache },
  ]);
  const used: Segment = { part: 'used', gib: card.usedGib };
  const sum = [used, ...taken].reduce((total, { gib }) => total + gib, 0);
  return [used, ...taken, { part: 'free', gib: Math.max(0, card.totalGib - sum) }];
};

/** Cells for each segment: by the largest remainder, so that they add up; what is there at all gets one. */
const cellsOf = (segments: readonly Segment[], width: number): readonly number[] => {
  const total = segments.reduce((sum, { gib }) => sum + gib, 0);
  const exact = segments.map(({ gib }) => (total === 0 ? 0 : (gib / total) * width));
  const cells = exact.map((value, index) => {
    const there = (segments[index]?.gib ?? 0) >= 0.05;
    return Math.max(there ? 1 : 0, Math.floor(value));
  });
  const byRemainder = exact
    .map((value, index) => ({ index, rest: value - Math.floor(value) }))
    .sort((a, b) => b.rest - a.rest);
  for (const { index } of byRemainder) {
    if (cells.reduce((sum, count) => sum + count, 0) >= width) break;
    cells[index] = (cells[index] ?? 0) + 1;
  }
  return cells;
};

/** Too much for the bar: what does not fit on the card is cut off at its end and marked. */
const overfull = (card: PlanCard, engines: readonly EnginePlan[]): boolean =>
  engines.some((plan) => plan.verdict === 'no' && plan.parts.weights > freeGib(card));

/** A bar as wide as asked for, e.g. `[░█████████▓▒▒▒▒···]`. */
export const drawCard = (card: PlanCard, engines: readonly EnginePlan[], width: number): string => {
  const inside = Math.max(10, width - 2);
  const segments = segmentsOf(card, engines);
  const cells = cellsOf(segments, inside);
  const bar = segments.map(({ part }, index) => glyphs[part].repeat(cells[index] ?? 0)).join('');
  return `[${bar.slice(0, inside)}${overfull(card, engines) ? '>' : ']'}`;
};

const gibWords = (gib: number): string => `${gib.toFixed(1)} GiB`;

/** The glyphs in words, with the figures of the engines on this card together. */
export const legend = (card: PlanCard, engines: readonly EnginePlan[]): readonly string[] => {
  const sum = (part: (plan: EnginePlan) => number): number =>
    engines.reduce((total, plan) => total + part(plan), 0);
  const weights = sum(({ parts }) => parts.weights);
  const work = sum(workOf);
  const cache = sum(({ parts }) => parts.cache);
  const free = Math.max(0, card.totalGib - card.usedGib - weights - work - cache);
  return [
    ...(card.usedGib >= 0.05 ? [`${glyphs.used} others ${gibWords(card.usedGib)}`] : []),
    `${glyphs.weights} weights ${gibWords(weights)}`,
    `${glyphs.work} work ${gibWords(work)}`,
    `${glyphs.cache} cache ${gibWords(cache)}`,
    `${glyphs.free} free ${gibWords(free)}`,
  ];
};
