import { type CardsPlan, type CardsRequest, wishesOf } from './cards-plan.ts';
import { chooseCandidate, tooBig } from './choose-candidate.ts';
import { planOne } from './plan-one.ts';
import { planApart, planTogether } from './plan-several.ts';
import { troubleNotes } from './trouble-notes.ts';

/** Plans what is wanted on these cards. Pure. */
export const planCards = (request: CardsRequest): CardsPlan => {
  const { cards, vllm, wanted, quantization } = request;
  const [first] = wanted;
  if (!first || cards.length === 0) {
    const notes =
      cards.length === 0 ? ['There is no NVIDIA card.'] : ['Nothing in the catalogue fits this card.'];
    return { vllm, cards, arrangement: 'none', engines: [], swap: null, notes };
  }
  if (wanted.length === 1) return planOne(request, first);
  const wishes = wishesOf(request);
  const chosen = wanted.flatMap((one) => {
    const found = chooseCandidate(one, cards, wishes, quantization);
    return found ? [{ wanted: one, builds: found.builds }] : [];
  });
  if (chosen.length < wanted.length) {
    const notes = [tooBig(request)];
    return { vllm, cards, arrangement: 'none', engines: [], swap: null, notes };
  }
  const apart = cards.length > 1 ? planApart(request, chosen) : undefined;
  if (apart) {
    const notes = troubleNotes(apart, cards);
    return { vllm, cards, arrangement: 'apart', engines: apart, swap: null, notes };
  }
  return planTogether(request, chosen);
};
