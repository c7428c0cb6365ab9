import type { PlanBuild } from '../../models/plan-build.ts';
import type { PlanCard } from './card.ts';
import type { CardsRequest, WantedModel } from './cards-plan.ts';
import { chooseBuild, type PlacedEngine } from './choose-build.ts';
import type { EnginePlan, Wishes } from './engine-plan.ts';

/** A context below this leaves an agent little room: other ways are shown. */
const comfortable = 32_768;

/** Whether an engine starts for sure and does what is wished; without a wish, whether one can work in its context. */
export const satisfies = ({ build, verdict, contextTokens }: EnginePlan, wishes: Wishes): boolean =>
  verdict === 'fits' &&
  contextTokens >= (wishes.contextTokens ?? Math.min(comfortable, build.shape.contextTokens ?? comfortable));

/** The candidate that serves best on these cards: the first that fits well, else the one that comes nearest. */
export const chooseCandidate = (
  { candidates }: WantedModel,
  cards: readonly PlanCard[],
  wishes: Wishes,
  quantization: string | undefined,
): { readonly builds: readonly PlanBuild[]; readonly placed: PlacedEngine } | undefined => {
  const found = candidates.flatMap((builds) => {
    const placed = chooseBuild(builds, cards, wishes, quantization, true);
    return placed ? [{ builds, placed }] : [];
  });
  const good = found.find(({ placed }) => satisfies(placed.plan, wishes));
  return good ?? found.find(({ placed }) => placed.plan.verdict === 'fits') ?? found.at(-1);
};

/** What is said when no build can be tried at all. */
export const tooBig = ({ quantization }: CardsRequest): string =>
  quantization === undefined
    ? 'No build of it runs on this card.'
    : `There is no ${quantization} build of it that is known here.`;
