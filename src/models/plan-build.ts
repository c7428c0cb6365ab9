import type { Role } from '../api/models.ts';
import type { Build, Sure, VllmModel } from './catalog/vllm/entry.ts';
import { bytesPerWeight, estimateWeights } from './memory/weights.ts';
import type { ModelShape } from './shape/shape.ts';

/** One checkpoint as a plan sees it, wherever its figures are from. */
export interface PlanBuild {
  /** The model's name, e.g. `Qwen3.6-27B`. */
  readonly name: string;
  /** A hub id, or a path of this disk. */
  readonly reference: string;
  /** What its weights are kept in: `bf16`, `fp8`, `int4` … */
  readonly quantization: string;
  readonly shape: ModelShape;
  readonly weights: PlanWeights;
  /** Smallest compute capability; 0 where it asks for no more than vLLM does. */
  readonly capability: number;
  readonly roles: readonly Role[];
  /** What is known to go wrong with this build. */
  readonly trouble: readonly string[];
  /** Its entry in the catalogue; null for a model that is none of ours. */
  readonly model: VllmModel | null;
}

/** Weights of the whole model, GiB, how far that may be off, and where it is from. */
export interface PlanWeights {
  readonly gib: number;
  readonly error: number;
  readonly sure: Sure;
  readonly source: string;
}

/** A loaded checkpoint takes a little more or less than its files: padding, kernels' own layouts. */
const errorOf: Readonly<Record<Sure, number>> = { logged: 0.01, config: 0.03, memory: 0.1 };

const weightsOf = (build: Build, shape: ModelShape): PlanWeights => {
  const stated = build.weightsGib;
  if (stated) {
    const { value: gib, sure, source } = stated;
    return { gib, error: gib * errorOf[sure], sure, source };
  }
  const bytes = build.quantization === 'bf16' ? undefined : bytesPerWeight(build.quantization);
  const estimate = estimateWeights(shape, bytes, 1);
  if (!estimate) throw new Error(`${build.repo} in the catalogue has neither weights nor parameters`);
  return { ...estimate, sure: 'memory', source: 'worked out from the number of parameters' };
};

/** The builds of a model of the catalogue, best quality first. Pure. */
export const catalogBuilds = (model: VllmModel): readonly PlanBuild[] =>
  model.builds.map((build) => ({
    name: model.name,
    reference: build.repo,
    quantization: build.quantization,
    shape: { ...model.shape.value, cacheFormat: build.cacheFormat ?? model.shape.value.cacheFormat },
    weights: weightsOf(build, model.shape.value),
    capability: build.capability ?? 0,
    roles: model.roles,
    trouble: build.trouble ?? [],
    model,
  }));

const gib = 1024 ** 3;

/** A checkpoint that the catalogue does not know, from its own files. */
export const foundBuild = (found: {
  readonly name: string;
  readonly reference: string;
  readonly quantization: string | null;
  readonly shape: ModelShape;
  readonly bytes: number;
  readonly source: string;
  readonly trouble?: readonly string[];
}): PlanBuild => {
  const gibibytes = found.bytes / gib;
  return {
    name: found.name,
    reference: found.reference,
    quantization: found.quantization ?? 'bf16',
    shape: found.shape,
    weights: {
      gib: gibibytes,
      error: gibibytes * errorOf.config,
      sure: 'config',
      source: found.source,
    },
    capability: 0,
    roles: ['general', 'coder'],
    trouble: found.trouble ?? [],
    model: null,
  };
};
