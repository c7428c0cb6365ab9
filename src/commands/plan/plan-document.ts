import { calibration } from '../../stack/cards/calibration.ts';
import type { PlanCard } from '../../stack/cards/card.ts';
import type { CardsPlan, PlannedEngine } from '../../stack/cards/cards-plan.ts';
import { vllmFlags } from '../../stack/cards/vllm-flags.ts';

const cardDocument = ({ name, totalGib, usedGib, usedBy, capability }: PlanCard) => ({
  name,
  totalGib,
  usedGib,
  usedBy,
  computeCapability: capability,
});

const engineDocument = ({ plan, cards, why, alternatives }: PlannedEngine, sleeps: boolean) => {
  const { build, ...figures } = plan;
  const { weights } = build;
  return {
    model: build.name,
    reference: build.reference,
    quantization: build.quantization,
    roles: build.roles,
    why,
    cards,
    ...figures,
    weights: { gib: weights.gib, errorGib: weights.error, sure: weights.sure, source: weights.source },
    flags: vllmFlags(plan, sleeps),
    alternatives,
  };
};

/** The plan for programs; documented in docs/planning.md. */
export const planDocument = (plan: CardsPlan) => ({
  schemaVersion: 1,
  engine: 'vllm',
  vllm: plan.vllm,
  cards: plan.cards.map(cardDocument),
  arrangement: plan.arrangement,
  engines: plan.engines.map((engine) => engineDocument(engine, plan.arrangement === 'turns')),
  swap: plan.swap,
  notes: plan.notes,
  calibration,
});
