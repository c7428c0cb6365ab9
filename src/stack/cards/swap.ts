import { outsideGib, type PlanCard } from './card.ts';
import { chooseBuild, type PlacedEngine } from './choose-build.ts';
import type { Sharer } from './share-card.ts';

/** Models that take turns on a card: all but one sleep, their weights in the machine's memory. */
export interface Swap {
  readonly engines: readonly PlacedEngine[];
  /** GiB of the machine's memory that the sleepers take. */
  readonly hostGib: number;
  /** Seconds that a change takes: from the vLLM blog's 0.1 to 0.8 s for small models, 3 to 6 s for large ones. */
  readonly seconds: readonly [least: number, most: number];
}

/** What a sleeping engine keeps on the card beside its context: its graphs. */
const asleepGib = 0.3;

/** Weights come back over the bus: the blog's figures are some 5 to 15 GiB a second. */
const gibPerSecond = [15, 5] as const;

const secondsFor = (weightsGib: number, perSecond: number): number =>
  Math.round((0.1 + weightsGib / perSecond) * 10) / 10;

/** One after the other on one card, each with nearly all of it. Undefined where one of them does not fit even alone. Pure. */
export const takeTurns = (
  card: PlanCard,
  sharers: readonly Sharer[],
  quantization: string | undefined,
): Swap | undefined => {
  const asleep = (sharers.length - 1) * (asleepGib + outsideGib);
  const alone: PlanCard = { ...card, usedGib: card.usedGib + asleep };
  // In turns each model is served by its best build.
  const engines = sharers.map(({ builds, wishes }) => {
    const own = builds.filter(({ name }) => name === builds[0]?.name);
    return chooseBuild(own, [alone], wishes, quantization);
  });
  const found = engines.filter((engine) => engine !== undefined && engine.plan.verdict !== 'no');
  const whole = found.flatMap((engine) => (engine ? [engine] : []));
  if (whole.length < sharers.length) return undefined;
  const weights = whole.map(({ plan }) => plan.parts.weights);
  const largest = Math.max(...weights);
  const sleepers = weights.reduce((sum, gib) => sum + gib, 0) - Math.min(...weights);
  return {
    engines: whole,
    hostGib: Math.round(sleepers * 10) / 10,
    seconds: [secondsFor(largest, gibPerSecond[0]), secondsFor(largest, gibPerSecond[1])],
  };
};
