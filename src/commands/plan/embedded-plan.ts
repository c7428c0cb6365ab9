import type { Context } from '../../context.ts';
import { failure } from '../../errors.ts';
import { findInCatalog } from '../../models/catalog/catalog.ts';
import { findFamily } from '../../models/catalog/families.ts';
import { findVllmModel } from '../../models/catalog/vllm/catalog.ts';
import { estimateSpeed, fits, neededBytes } from '../../models/fit.ts';
import { catalogBuilds } from '../../models/plan-build.ts';
import { gibibytes } from '../../models/quantities.ts';
import { smallestCard } from '../../stack/cards/smallest-card.ts';
import { type Facts, gatherFacts } from '../../stack/facts.ts';
import { planStack, type StackPlan } from '../../stack/plan.ts';
import { planLines } from '../../stack/plan-text.ts';

/** A name that vLLM alone serves is refused with the card that it needs. */
const refuseForCards = (word: string): void => {
  if (findInCatalog(word) || findFamily(word)) return;
  const model = findVllmModel(word);
  if (!model) return;
  throw failure('MODEL_NEEDS_CARD', { model: model.name, gb: smallestCard(catalogBuilds(model)) ?? 96 });
};

/** What the model takes of the memory, and how fast it may be: estimates, and said to be. */
const memoryLines = (plan: StackPlan, { plan: { asked, candidates }, report }: Facts): readonly string[] => {
  const [serving] = plan.servings;
  const reference = serving?.models[0]?.reference;
  const model = asked[0]?.catalog ?? candidates.find(({ model: one }) => one.reference === reference)?.model;
  if (!model || !serving) return [];
  const speed = estimateSpeed(model, report);
  return [
    `Memory    ${gibibytes(neededBytes(model))} of ${gibibytes(serving.budget.memoryBytes)} for 16,384 tokens of context: ${fits(model, report) ? 'fits' : 'does not fit'}`,
    `Speed     about ${speed < 10 ? speed.toFixed(1) : Math.round(speed)} tokens a second (an estimate)`,
  ];
};

/** The plan of `up` on a machine without NVIDIA cards: the embedded engine, the same arithmetic. Starts nothing. */
export const showEmbeddedPlan = async (
  context: Context,
  words: readonly string[],
  contextTokens: number | undefined,
): Promise<void> => {
  const { system, paths, packageFolder, output, signal } = context;
  const [word] = words;
  if (words.length > 1) output.note('The embedded engine serves one model; the first one is planned.');
  if (word !== undefined) refuseForCards(word);
  const { values } = await context.config({
    ...(word === undefined ? {} : { model: word }),
    ...(contextTokens === undefined ? {} : { context: contextTokens }),
    engine: 'llamacpp',
  });
  const facts = await gatherFacts({ system, paths, packageFolder, settings: values, signal });
  const plan = planStack(facts.plan);
  output.data({ schemaVersion: 1, engine: 'llamacpp', plan });
  for (const line of [...planLines(plan, facts.report), ...memoryLines(plan, facts)]) output.print(line);
  output.print('');
  output.print(
    'For a machine with an NVIDIA card: `{localai} plan --gpu "RTX 4090"` or `{localai} plan --vram 24`.',
  );
};
