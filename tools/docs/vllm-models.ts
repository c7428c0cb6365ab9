import { vllmCatalog } from '../../src/models/catalog/vllm/catalog.ts';
import type { Build, Sourced, VllmModel } from '../../src/models/catalog/vllm/entry.ts';
import { vllmFamily, vllmFamilyWords, vllmLadder } from '../../src/models/catalog/vllm/families.ts';
import { catalogBuilds } from '../../src/models/plan-build.ts';
import { cardOfSize } from '../../src/stack/cards/card.ts';
import { firstThatFits } from '../../src/stack/cards/pick-models.ts';
import { plannedWishes, smallestCard } from '../../src/stack/cards/smallest-card.ts';

const sizes = [6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 80, 96];
const roles = ['coder', 'general', 'autocomplete', 'embedding'] as const;

const rungOf = (role: (typeof roles)[number], size: number, count: number): string => {
  const cards = Array.from({ length: count }, () => cardOfSize(size));
  const found = firstThatFits(vllmLadder(role), cards, plannedWishes);
  if (!found) return '-';
  const { plan, cards: used } = found.placed;
  const together = used.length > 1 ? ` x${used.length}` : '';
  return `${found.model.name} ${plan.build.quantization}${together}, ${plan.contextTokens.toLocaleString('en-US')}`;
};

const ladder = (count: number): string =>
  [
    `| card | ${roles.join(' | ')} |`,
    `|---|${roles.map(() => '---').join('|')}|`,
    ...sizes.map(
      (size) =>
        `| ${count > 1 ? `${count} x ` : ''}${size} GB | ${roles.map((role) => rungOf(role, size, count)).join(' | ')} |`,
    ),
  ].join('\n');

const sure = { logged: 'logged', config: 'published', memory: 'not checked' } as const;

const figure = <T>({ value, sure: how, source }: Sourced<T>, unit = ''): string =>
  `${String(value)}${unit} (${sure[how]}${how === 'memory' ? '' : `: ${source}`})`;

const buildWords = ({ quantization, repo, revision, weightsGib, cacheFormat, trouble }: Build): string => {
  const weights = weightsGib ? figure(weightsGib, ' GiB') : 'weights worked out from the parameters';
  const pinned = revision === undefined ? 'not pinned' : revision;
  const cache = cacheFormat === undefined ? '' : `; its cache is kept in ${cacheFormat}`;
  const troubles = trouble === undefined ? '' : `; trouble: ${trouble.join('; ')}`;
  return `  - ${quantization}: \`${repo}\`, ${pinned}; ${weights}${cache}${troubles}`;
};

const layersOf = ({ shape }: VllmModel): string =>
  shape.value.layers
    .map((layer) => {
      if (layer.kind === 'latent') return `${layer.count} latent of ${layer.width}`;
      if (layer.kind === 'state') return `${layer.count} with a state`;
      const window = layer.window > 0 ? ` over ${layer.window}` : '';
      return `${layer.count} ${layer.kind} of ${layer.kvHeads} x ${layer.keyWidth}${window}`;
    })
    .join(', ');

const billions = (count: number): string => `${(count / 1e9).toFixed(count < 1e10 ? 1 : 0)}B`;

const parserWords = ({ toolParser, reasoningParser, fillIn }: VllmModel): string =>
  [
    toolParser ? `tool parser ${figure(toolParser)}` : 'no tools',
    ...(reasoningParser ? [`reasoning parser ${figure(reasoningParser)}`] : []),
    ...(fillIn ? [`fill-in form ${figure(fillIn)}`] : []),
  ].join('; ');

const entry = (model: VllmModel): string => {
  const { shape, activeParameters, singleCardFrom, trouble = [], template, flags } = model;
  const size = smallestCard(catalogBuilds(model));
  const active = activeParameters === undefined ? '' : `, ${billions(activeParameters)} at work`;
  const troubles = [...(singleCardFrom ? [singleCardFrom.trouble] : []), ...trouble];
  return [
    `### ${model.name}`,
    '',
    `${model.summary}. For ${model.roles.join(', ')}.`,
    '',
    `- ${billions(shape.value.parameters ?? 0)} parameters${active}; ${(shape.value.contextTokens ?? 0).toLocaleString('en-US')} tokens; layers: ${layersOf(model)} (${sure[shape.sure]}${shape.sure === 'memory' ? '' : `: ${shape.source}`})`,
    `- licence ${figure(model.license)}${model.restricted ? '; never picked unasked' : ''}`,
    `- ${parserWords(model)}`,
    `- vLLM from ${figure(model.vllmFrom)}${flags === undefined ? '' : `; flags \`${flags.join(' ')}\``}`,
    ...(template === undefined ? [] : [`- chat template: ${template}`]),
    `- smallest card: ${size === undefined ? 'none of one card up to 96 GB' : `${size} GB`}`,
    '- builds:',
    ...model.builds.map(buildWords),
    ...troubles.map((words) => `- known trouble: ${words}`),
  ].join('\n');
};

/** The part of docs/models.md about vLLM, from its catalogue and its arithmetic. */
export const vllmModelsPart = (): string => `## On NVIDIA cards

What vLLM serves, what \`localai plan\` and \`localai models catalog --gpu\` list. Each figure says how sure it is: *logged* was
seen in a start-up, *published* is from the model's own files or its maker, *not checked* is from memory. Nothing is pinned:
no source names a revision. How the figures are used: [planning](planning.md).

Words that mean the best of a family that fits: ${vllmFamilyWords.map((word) => `\`${word}\` (${vllmFamily(word)?.[0]?.name} and smaller)`).join(', ')}.
So do the roles: ${roles.map((role) => `\`${role}\``).join(', ')}.

### What fits which card

Worked out with nothing else on the card, eight requests at once, the largest context that fits. \`x2\` means both cards
together.

${ladder(1)}

${ladder(2)}

${vllmCatalog.map(entry).join('\n\n')}
`;
