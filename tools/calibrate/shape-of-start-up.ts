import { findBuild, findVllmModel } from '../../src/models/catalog/vllm/catalog.ts';
import type { ModelShape } from '../../src/models/shape/shape.ts';
import { shapeOfFacts } from './shape-of-facts.ts';
import type { Given, ModelFacts } from './start-up.ts';

/** The catalogue's word on a hub id or on the folder a model lies in; undefined where it has none. */
const fromCatalog = (model: string): ModelShape | undefined => {
  const [name = ''] = model.split('/').slice(-1);
  return (findBuild(model)?.model ?? findVllmModel(name))?.shape.value;
};

/** The model of a row: from the file's own facts, else from the catalogue by its hub id. */
export const shapeOfStartUp = (
  { kv_model: key, model }: Given,
  models: Readonly<Record<string, ModelFacts>>,
): ModelShape | undefined => {
  const facts = key ? models[key] : undefined;
  const shape = facts && key ? shapeOfFacts(facts, `${key} ${model ?? ''}`) : fromCatalog(model ?? '');
  if (!shape) return undefined;
  // Checkpoints with scales for their cache have it kept that way unasked.
  return { ...shape, cacheFormat: findBuild(model ?? '')?.build.cacheFormat ?? shape.cacheFormat };
};
