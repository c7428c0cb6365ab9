import type { Context } from '../../context.ts';
import { testedVllm } from '../../machine/gpus/vllm-support.ts';
import { vllmCatalog } from '../../models/catalog/vllm/catalog.ts';
import type { VllmModel } from '../../models/catalog/vllm/entry.ts';
import { vllmFamilyWords } from '../../models/catalog/vllm/families.ts';
import { catalogBuilds } from '../../models/plan-build.ts';
import type { PlanCard } from '../../stack/cards/card.ts';
import { chooseBuild } from '../../stack/cards/choose-build.ts';
import { pickModels } from '../../stack/cards/pick-models.ts';
import { plannedWishes } from '../../stack/cards/smallest-card.ts';

const rowOf = (model: VllmModel, cards: readonly PlanCard[], picked: ReadonlyMap<VllmModel, string>) => {
  const placed = chooseBuild(catalogBuilds(model), cards, plannedWishes, undefined, true);
  const plan = placed?.plan;
  const fits = plan?.verdict === 'fits';
  return {
    name: model.name,
    summary: model.summary,
    roles: model.roles,
    license: model.license.value,
    tools: model.toolParser !== null,
    reasoning: model.reasoningParser !== null,
    fits,
    reason: plan?.reason ?? null,
    quantization: plan?.build.quantization ?? null,
    reference: plan?.build.reference ?? null,
    weightsGib: plan?.build.weights.gib ?? null,
    cards: placed?.cards.length ?? null,
    contextTokens: fits ? plan.contextTokens : null,
    fullLengthAtOnce: fits ? plan.fullLengthAtOnce : null,
    picked: picked.get(model) ?? null,
  };
};

type Row = ReturnType<typeof rowOf>;

const abilities = ({ roles, tools, reasoning }: Row): string =>
  [...roles, ...(tools ? ['tools'] : []), ...(reasoning ? ['thinks'] : [])].join(', ');

/** Lists what vLLM serves, as seen from these cards. */
export const showCardsCatalog = ({ output }: Context, cards: readonly PlanCard[]): void => {
  const picks = pickModels(cards, plannedWishes);
  const picked = new Map(picks.map(({ model, why }) => [model, why]));
  const rows = vllmCatalog.map((model) => rowOf(model, cards, picked));
  output.data({
    engine: 'vllm',
    vllm: testedVllm,
    cards: cards.map(({ name, totalGib }) => ({ name, totalGib })),
    models: rows,
    families: vllmFamilyWords,
  });
  output.table(
    rows,
    [
      { title: 'MODEL', value: (row) => (row.picked === null ? row.name : `${row.name} *`) },
      { title: 'BUILD', value: (row) => row.quantization ?? '-' },
      { title: 'WEIGHTS', value: (row) => `${row.weightsGib?.toFixed(1) ?? '-'} GiB`, align: 'right' },
      {
        title: 'CONTEXT',
        value: (row) => row.contextTokens?.toLocaleString('en-US') ?? 'too big',
        align: 'right',
      },
      { title: 'AT ONCE', value: (row) => row.fullLengthAtOnce?.toFixed(1) ?? '-', align: 'right' },
      { title: 'LICENCE', value: ({ license }) => license },
      { title: 'FOR', value: abilities },
    ],
    'The catalogue is empty.',
  );
  output.note(
    [
      ...picks.map(({ model, why }) => `* ${model.name}: ${why}.`),
      `For ${cards.map(({ name }) => name).join(' and ')}, with vLLM ${testedVllm}; figures are estimates. More of one: \`{localai} plan <model>\`.`,
      `Words for whole families: ${vllmFamilyWords.join(', ')}.`,
    ].join('\n'),
  );
};
