import type { System } from '../../../system/system.ts';
import type { LlamacppSpec } from '../spec.ts';
import { createRuntime } from './create-runtime.ts';
import { Embedder } from './embedder.ts';
import { EmbeddingQueue } from './embedding-queue.ts';
import { Grammars } from './grammars.ts';
import type { JobModel } from './job.ts';
import { type LoadedModel, loadModel, mostThreads } from './load-model.ts';
import { vocabularyFacts } from './model-facts.ts';
import { canGenerate } from './model-kind.ts';
import { embeddingsOnly, type Generator, openGenerator } from './open-generator.ts';
import type { Runtime } from './runtime.ts';
import { StepLoop } from './step-loop.ts';
import { TemplateRenderer } from './template-renderer.ts';
import { TuningFile } from './tuning-file.ts';
import { verifyFile } from './verify-file.ts';

/** Where the runtime lives: the outside world, and who wants to hear of it. */
export interface RuntimeHost {
  readonly system: System;
  /** How far loading is, 0…1. */
  readonly onLoadProgress?: (share: number) => void;
  /** One line that a person should see, in `status` too: what went wrong or is less than was asked; never a prompt. */
  readonly onLog?: (line: string) => void;
  /** One line for the engine's log alone. */
  readonly onDetail?: (line: string) => void;
  /** Stops loading. */
  readonly signal?: AbortSignal;
}

/**
 * Loads the library and the model and measures the threads. Throws ENGINE_LOAD (with the library's last log line)
 * when the model cannot be loaded and ENGINE_UNAVAILABLE when the library cannot.
 */
export const openRuntime = async (spec: LlamacppSpec, host: RuntimeHost): Promise<Runtime> => {
  const tuning = new TuningFile(host.system, spec.tuningFile);
  await verifyFile(host.system, spec, tuning, host.signal);
  const loaded = await loadModel(spec, host);
  try {
    const generator = canGenerate(loaded.model)
      ? await openGenerator(spec, loaded, tuning, host)
      : embeddingsOnly(spec, loaded);
    return assemble(spec, host, loaded, generator);
  } catch (caught) {
    await loaded.llama.dispose();
    throw caught;
  }
};

const assemble = (
  spec: LlamacppSpec,
  host: RuntimeHost,
  { library, llama, model }: LoadedModel,
  generator: Generator,
): Runtime => {
  const { slots, batch, contextTokens, parallel, threads, tokensPerSecond } = generator;
  const templates = new TemplateRenderer(llama);
  if (!templates.isNative) {
    host.onLog?.("llama.cpp's template renderer does not work here; a slower, less exact one is used");
  }
  const grammars = new Grammars(library, llama, model);
  const embedder = new Embedder(model, mostThreads(spec));
  const embeddings = new EmbeddingQueue(embedder, () => {
    llama.maxThreads = threads.prefill;
  });
  const jobModel: JobModel = {
    contextTokens,
    isEnd: (token) => model.isEogToken(token),
    detokenize: (tokens) => model.detokenize(tokens, true),
    startGrammar: (gbnf) => grammars.start(gbnf),
    newBias: () => new library.TokenBias(model.tokenizer),
    now: () => host.system.clock.monotonic(),
  };
  return createRuntime({
    facts: {
      ...vocabularyFacts(model, spec.file),
      generates: slots.count > 0,
      contextTokens,
      parallel,
      backend: llama.gpu === false ? 'cpu' : llama.gpu,
      threads,
      tokensPerSecond,
    },
    model,
    jobModel,
    slots,
    loop: new StepLoop({ slots, batch, embeddings }),
    embeddings,
    grammars,
    templates,
    release: async () => {
      await embedder.close();
      await generator.close();
      await model.dispose();
      await llama.dispose();
    },
  });
};
