import { alternativesTo } from './alternatives.ts';
import { type CardsPlan, type CardsRequest, type WantedModel, wishesOf } from './cards-plan.ts';
import { chooseCandidate, satisfies, tooBig } from './choose-candidate.ts';
import { troubleNotes } from './trouble-notes.ts';

/** One model on all cards that still bring it something, with what else would do where it leaves wishes. Pure. */
export const planOne = (request: CardsRequest, wanted: WantedModel): CardsPlan => {
  const { cards, quantization, vllm } = request;
  const wishes = wishesOf(request);
  const chosen = chooseCandidate(wanted, cards, wishes, quantization);
  const base = { vllm, cards, swap: null };
  if (!chosen) return { ...base, arrangement: 'none', engines: [], notes: [tooBig(request)] };
  const { builds, placed } = chosen;
  const rest = wanted.candidates.slice(wanted.candidates.indexOf(builds) + 1);
  const others = [...rest, ...wanted.others].filter((other) => other[0]?.name !== builds[0]?.name);
  const alternatives = satisfies(placed.plan, wishes)
    ? []
    : alternativesTo({ placed, builds, others, cards, wishes });
  return {
    ...base,
    arrangement: placed.plan.verdict === 'no' ? 'none' : 'alone',
    engines: [{ ...placed, why: wanted.why, alternatives }],
    notes: troubleNotes([placed], cards),
  };
};
