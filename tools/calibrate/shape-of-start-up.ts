import { findBuild, findVllmModel } from '../../src/models/catalog/vllm/catalog.ts';
import type { ModelShape } from '../../src/models/shape/shape.ts';
import { shapeOfFacts } from './shape-of-facts.ts';
import type { Given, ModelFacts } from './start-up.ts';

/** The catalogue's word on a hub id or on the folder a model lies in; undefined where it has none. */
const fromCatalog = (model: string): ModelShape | undefined => {
  const [name = ''] = model.split('/').slice(-1);
  return (findBuild(model)?.model ?? findVllmModel(name))?.shape.value;
};

/** Weights that differ by more than this share are another build's, whatever the row calls it. */
const sameBuild = 0.25;

/** The form in which the row's checkpoint wants its cache; undefined where it is not known to ship scales. */
const cacheFormatOf = ({ model, weights_gib: stated }: Given): string | undefined => {
  const build = findBuild(model ?? '')?.build;
  const known = build?.weightsGib?.value;
  const same = !known || typeof stated !== 'number' || Math.abs(stated / known - 1) < sameBuild;
  return same ? build?.cacheFormat : undefined;
};

/** The model of a row: from the file's own facts, else from the catalogue by its hub id. */
export const shapeOfStartUp = (
  row: Given,
  models: Readonly<Record<string, ModelFacts>>,
): ModelShape | undefined => {
  const { kv_model: key, model } = row;
  const facts = key ? models[key] : undefined;
  const shape = facts && key ? shapeOfFacts(facts, `${key} ${model ?? ''}`) : fromCatalog(model ?? '');
  if (!shape) return undefined;
  // Checkpoints with scales for their cache have it kept that way unasked.
  return { ...shape, cacheFormat: cacheFormatOf(row) ?? shape.cacheFormat };
};
