import type { EmbeddingQueue } from './embedding-queue.ts';
import type { Grammars } from './grammars.ts';
import { Job, type JobModel } from './job.ts';
import type { LlamaModel } from './library.ts';
import type { GenerationResult, ModelFacts, Runtime, RuntimeGauges } from './runtime.ts';
import type { Slots } from './slots.ts';
import type { StepLoop } from './step-loop.ts';
import type { TemplateRenderer } from './template-renderer.ts';
import { bytesOfTokenName } from './token-bytes.ts';

/** Everything that a loaded model is run with. */
export interface RuntimeParts {
  readonly facts: ModelFacts;
  readonly model: LlamaModel;
  readonly jobModel: JobModel;
  readonly slots: Slots;
  readonly loop: StepLoop;
  readonly embeddings: EmbeddingQueue;
  readonly grammars: Grammars;
  readonly templates: TemplateRenderer;
  /** Gives the memory back, once nothing is at work any more. */
  readonly release: () => Promise<void>;
}

/** A runtime whose functions may be passed on alone. */
export const createRuntime = (parts: RuntimeParts): Runtime => {
  const { facts, model, jobModel, slots, loop, embeddings, grammars, templates } = parts;
  const sums = { promptTokens: 0, cachedTokens: 0, generatedTokens: 0 };
  let closing: Promise<void> | undefined;

  const count = (result: GenerationResult): GenerationResult => {
    sums.promptTokens += result.promptTokens;
    sums.cachedTokens += result.cachedTokens;
    sums.generatedTokens += result.completionTokens;
    return result;
  };
  const checkOpen = (): void => {
    if (closing) throw new Error('the engine is closed');
  };
  const close = async (): Promise<void> => {
    await loop.stop();
    await parts.release();
  };

  return {
    facts,
    gauges: (): RuntimeGauges => ({
      running: loop.running + embeddings.running,
      waiting: loop.waiting + embeddings.waiting,
      kvUsage: slots.count === 0 ? 0 : slots.tokens / (slots.count * facts.contextTokens),
      ...sums,
    }),
    tokenize: (text, special) => model.tokenize(text, special),
    detokenize: (tokens, special) => model.detokenize(tokens, special),
    tokenBytes: (token) => {
      const { control, unknown, userDefined } = model.getTokenAttributes(token);
      const name = model._model.getTokenString(token) ?? '';
      return bytesOfTokenName(name, model.vocabularyType, control || unknown || userDefined);
    },
    renderTemplate: (template, variables) => templates.render(template, variables),
    checkGrammar: (gbnf) => void grammars.compile(gbnf),
    generate: async (generation) => {
      checkOpen();
      if (slots.count === 0) throw new Error('this model makes embeddings only');
      if (generation.prompt.length === 0) throw new Error('the prompt is empty');
      if (generation.prompt.length >= facts.contextTokens) {
        throw new Error(
          `the prompt has ${generation.prompt.length} tokens, the context ${facts.contextTokens}`,
        );
      }
      const job = new Job(generation, jobModel);
      loop.submit(job);
      return count(await job.done);
    },
    embed: async (tokens, signal) => {
      checkOpen();
      const vector = embeddings.add(tokens, signal);
      loop.wake();
      sums.promptTokens += tokens.length;
      return vector;
    },
    close: () => {
      closing ??= close();
      return closing;
    },
  };
};
