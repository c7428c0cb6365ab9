import { testedVllm } from '../../src/machine/gpus/vllm-support.ts';
import type { VllmModel } from '../../src/models/catalog/vllm/entry.ts';
import { vllmFamily, vllmFamilyWords, vllmLadder } from '../../src/models/catalog/vllm/families.ts';
import { minorOf } from '../../src/models/memory/version.ts';
import { bytesPerWeight, estimateWeights } from '../../src/models/memory/weights.ts';
import { entrySchema } from './entry-schema.ts';
import { fillInForms, reasoningParsers, toolParsers } from './known-words.ts';

/** Weights may differ from what the parameters come to by this share: towers, parts that stay in 16 bits. */
const weightsMayDiffer = 0.6;

const ofForm = (model: VllmModel): readonly string[] => {
  const read = entrySchema.safeParse(model);
  return read.success ? [] : read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
};

const ofWords = ({ toolParser, reasoningParser, fillIn, vllmFrom, roles }: VllmModel): readonly string[] => {
  const problems: string[] = [];
  const check = (word: string | undefined, known: readonly string[], what: string): void => {
    if (word !== undefined && !known.includes(word)) problems.push(`${what} "${word}" is not one of vLLM's`);
  };
  check(toolParser?.value, toolParsers, 'the tool parser');
  check(reasoningParser?.value, reasoningParsers, 'the reasoning parser');
  check(fillIn?.value, fillInForms, 'the fill-in form');
  if (roles.includes('autocomplete') && !fillIn) problems.push('it autocompletes without a fill-in form');
  if ((minorOf(vllmFrom.value) ?? 99) > (minorOf(testedVllm) ?? 0)) {
    problems.push(`it wants vLLM ${vllmFrom.value}, and ${testedVllm} is the tested one`);
  }
  return problems;
};

const ofShape = ({ shape: { value: shape }, activeParameters }: VllmModel): readonly string[] => {
  const problems: string[] = [];
  const { attentionHeads, experts, parameters } = shape;
  for (const layer of shape.layers) {
    if ('kvHeads' in layer && attentionHeads !== null && attentionHeads % layer.kvHeads !== 0) {
      problems.push(`${attentionHeads} heads are no multiple of ${layer.kvHeads} KV heads`);
    }
    if ('window' in layer && (layer.kind === 'full') !== (layer.window === 0)) {
      problems.push(`a ${layer.kind} layer with a window of ${layer.window}`);
    }
  }
  if (experts && experts.perToken >= experts.count) problems.push('all experts at work at once');
  if ((activeParameters !== undefined) !== (experts !== null) && activeParameters !== undefined) {
    problems.push('parameters at work without experts');
  }
  if (activeParameters !== undefined && activeParameters >= (parameters ?? 0)) {
    problems.push('more parameters at work than there are');
  }
  return problems;
};

const ofWeights = ({ shape: { value: shape }, builds }: VllmModel): readonly string[] =>
  builds.flatMap(({ quantization, repo, weightsGib }) => {
    const bytes = quantization === 'bf16' ? undefined : bytesPerWeight(quantization);
    const estimate = estimateWeights(shape, bytes, 1);
    if (!estimate) return [`${repo}: neither weights nor parameters`];
    if (!weightsGib) return [];
    const off = weightsGib.value / estimate.gib - 1;
    if (Math.abs(off) <= weightsMayDiffer || quantization === 'nvfp4') return [];
    const words = `${weightsGib.value} GiB, and the parameters come to ${estimate.gib.toFixed(1)}`;
    return [`${repo}: ${words}`];
  });

const twice = (names: readonly string[], what: string): readonly string[] =>
  [...new Set(names.filter((name, index) => names.indexOf(name) !== index))].map(
    (name) => `${what} ${name} stands twice`,
  );

const ofLists = (): readonly string[] => {
  try {
    for (const word of vllmFamilyWords) vllmFamily(word);
    for (const role of ['coder', 'general', 'autocomplete', 'embedding'] as const) {
      const wrong = vllmLadder(role).find(({ roles, restricted }) => !roles.includes(role) || restricted);
      if (wrong) return [`${wrong.name} stands on the ladder of ${role} and must not`];
    }
    return [];
  } catch (caught) {
    return [caught instanceof Error ? caught.message : String(caught)];
  }
};

/** What is wrong with the catalogue, in lines; empty when nothing is. */
export const catalogProblems = (catalog: readonly VllmModel[]): readonly string[] => [
  ...catalog.flatMap((model) =>
    [...ofForm(model), ...ofWords(model), ...ofShape(model), ...ofWeights(model)].map(
      (problem) => `${model.name}: ${problem}`,
    ),
  ),
  ...twice(
    catalog.map(({ name }) => name),
    'the name',
  ),
  ...twice(
    catalog.flatMap(({ builds }) => builds.map(({ repo }) => repo)),
    'the repository',
  ),
  ...ofLists(),
];
