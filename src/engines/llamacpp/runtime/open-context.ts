import { failure, reason } from '../../../errors.ts';
import { bytes } from '../../../models/quantities.ts';
import type { LlamacppSpec } from '../spec.ts';
import { type ContextPlan, planContext } from './context-size.ts';
import type { LlamaContext, LlamaModel } from './library.ts';
import { type LoadedModel, mostThreads } from './load-model.ts';
import { type EvaluationStyle, evaluationStyle } from './model-kind.ts';
import type { RuntimeHost } from './open-runtime.ts';

export interface OpenedContext extends ContextPlan {
  readonly context: LlamaContext;
}

interface ContextShape extends ContextPlan {
  /** Keep all of it, so that a prompt can be gone back on at any place; else only the window and checkpoints. */
  readonly swaFullCache: boolean;
}

/** A shorter context than this is not tried when there turns out to be less memory than was said. */
const shortest = 2048;

/** Makes the context that fits in the memory given. Throws ENGINE_LOAD when none does. */
export const openContext = async (
  spec: LlamacppSpec,
  loaded: LoadedModel,
  host: RuntimeHost,
): Promise<OpenedContext> => {
  const { llama, model, words } = loaded;
  const shape = await planShape(spec, model, evaluationStyle(llama));
  if (shape.parallel < spec.parallel) {
    const requests = shape.parallel === 1 ? 'one request' : `${shape.parallel} requests`;
    host.onLog?.(`memory for ${requests} at once, not ${spec.parallel}; others wait`);
  }
  for (let contextTokens = shape.contextTokens; ; contextTokens = Math.floor(contextTokens / 2)) {
    try {
      const context = await create(spec, loaded, { ...shape, contextTokens }, host);
      if (contextTokens < shape.contextTokens) {
        host.onLog?.(`no memory for ${shape.contextTokens} tokens of context; it is ${contextTokens}`);
      }
      return { context, contextTokens, parallel: shape.parallel };
    } catch (caught) {
      host.signal?.throwIfAborted();
      if (spec.contextTokens === undefined && contextTokens >= 2 * shortest) continue;
      const problem = await words.explain(reason(caught));
      throw failure('ENGINE_LOAD', { model: spec.modelId, problem }, caught);
    }
  }
};

const planShape = async (
  spec: LlamacppSpec,
  model: LlamaModel,
  style: EvaluationStyle,
): Promise<ContextShape> => {
  const { modelSize, swaSize } = model.fileInsights;
  const memoryBytes = spec.memoryBytes - modelSize;
  const { contextTokens, parallel } = spec;
  const request = { contextTokens, parallel, trainContextTokens: model.trainContextSize, memoryBytes };
  const plan = async (swaFullCache: boolean): Promise<ContextShape | undefined> => {
    const planned = await planContext(request, needOf(model, style, swaFullCache));
    return planned && { ...planned, swaFullCache };
  };
  const full = await plan(true);
  if (full && swaSize === undefined) return full;
  const windowed = await plan(false);
  const fits = full && (await needOf(model, style, true)(full.contextTokens, full.parallel)) <= memoryBytes;
  const best = fits && isAsGood(full, windowed) ? full : windowed;
  if (best) return best;
  const problem = `its weights need ${bytes(modelSize)} and a context beside them; ${bytes(spec.memoryBytes)} are given`;
  throw failure('ENGINE_LOAD', { model: spec.modelId, problem });
};

/** The whole memory of a sliding-window model is worth up to half of the context. */
const isAsGood = (full: ContextPlan, windowed: ContextPlan | undefined): boolean =>
  !windowed || (full.parallel >= windowed.parallel && full.contextTokens * 2 >= windowed.contextTokens);

const needOf =
  (model: LlamaModel, { largestChunk, flashAttention }: EvaluationStyle, swaFullCache: boolean) =>
  async (contextSize: number, sequences: number): Promise<number> => {
    const { cpuRam, gpuVram } = await model.fileInsights.estimateContextResourceRequirementsV2({
      contextSize,
      sequences,
      modelGpuLayers: model.gpuLayers,
      batchSize: largestChunk + sequences,
      flashAttention,
      swaFullCache,
    });
    return cpuRam + gpuVram;
  };

const create = (
  spec: LlamacppSpec,
  { llama, model }: Pick<LoadedModel, 'llama' | 'model'>,
  { contextTokens, parallel, swaFullCache }: ContextShape,
  host: RuntimeHost,
): Promise<LlamaContext> => {
  const { largestChunk, flashAttention } = evaluationStyle(llama);
  return model.createContext({
    contextSize: contextTokens,
    sequences: parallel,
    // Beside the chunk a step has one token for each request.
    batchSize: largestChunk + parallel,
    threads: mostThreads(spec),
    flashAttention,
    swaFullCache,
    failedCreationRemedy: false,
    ...(host.signal ? { createSignal: host.signal } : {}),
  });
};
