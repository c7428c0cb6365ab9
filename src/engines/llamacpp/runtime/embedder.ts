import type { EvaluateOptions, LlamaContext, LlamaModel, LlamaSequence } from './library.ts';
import { embedsInOneBatch } from './model-kind.ts';
import type { Token } from './runtime.ts';
import { neverShift } from './sampler-options.ts';

/** Short, for the sake of those who are being answered beside it. */
const chunk = 32;
const smallestContext = 512;

const withoutSampling: EvaluateOptions = {
  temperature: 0,
  minP: null,
  topK: null,
  topP: null,
  seed: 0,
  yieldEogToken: true,
  contextShift: neverShift,
  _noSampling: true,
};

/** Makes embeddings in a context of its own: llama.cpp gives no vectors in one that generates. */
export class Embedder {
  readonly #model: LlamaModel;
  readonly #threads: number;
  readonly #inOneBatch: boolean;
  #context: LlamaContext | undefined;
  #sequence: LlamaSequence | undefined;

  /** `threads`: the most that it may be given. */
  constructor(model: LlamaModel, threads: number) {
    this.#model = model;
    this.#threads = threads;
    this.#inOneBatch = embedsInOneBatch(model);
  }

  /** The prompt as the model was trained to find it: some expect an end token. */
  complete(tokens: readonly Token[]): readonly Token[] {
    const end = endToken(this.#model);
    return end === null || tokens.at(-1) === end ? tokens : [...tokens, end];
  }

  /** Makes room for a prompt. */
  async begin(length: number): Promise<void> {
    if (length >= (this.#context?.contextSize ?? 0)) await this.#open(length);
    await this.#sequence?.clearHistory();
  }

  /** Where the chunk ends that begins at `position`. */
  chunkEnd(position: number, length: number): number {
    return this.#inOneBatch ? length : Math.min(length, position + chunk);
  }

  async evaluate(part: readonly Token[]): Promise<void> {
    await this.#sequence?.evaluateWithoutGeneratingNewTokens(part, { contextShift: neverShift });
  }

  /** Evaluates the end of the prompt; returns the vector, of unit length. */
  async finish(rest: readonly Token[]): Promise<readonly number[]> {
    const sequence = this.#sequence;
    const context = this.#context;
    if (!sequence || !context) throw new Error('no embedding was begun');
    const evaluation = sequence.evaluateWithMetadata(rest, {}, withoutSampling);
    await evaluation.next();
    await evaluation.return();
    return unitLength(Array.from(context._ctx.getEmbedding(rest.length)));
  }

  async close(): Promise<void> {
    await this.#context?.dispose();
    this.#context = undefined;
    this.#sequence = undefined;
  }

  /** Doubled each time, so that prompts of growing length don't each make a context. */
  async #open(length: number): Promise<void> {
    await this.close();
    const limit = this.#model.trainContextSize;
    const size = Math.max(
      length + 1,
      Math.min(limit, 2 ** Math.ceil(Math.log2(Math.max(length + 1, smallestContext)))),
    );
    this.#context = await this.#model.createContext({
      contextSize: size,
      sequences: 1,
      batchSize: this.#inOneBatch ? size : chunk,
      threads: this.#threads,
      flashAttention: 'auto',
      swaFullCache: false,
      failedCreationRemedy: false,
      _embeddings: true,
    });
    this.#sequence = this.#context.getSequence({ checkpoints: noCheckpoints });
  }
}

/** llama.cpp's own rule (llama_tokenize), which the library's tokenizer leaves out. */
const endToken = ({ vocabularyType, tokens }: LlamaModel): Token | null => {
  if (vocabularyType === 'wpm') return tokens.sep;
  if (vocabularyType === 'ugm') return tokens.eos;
  return tokens.shouldAppendEosToken ? tokens.eos : null;
};

const noCheckpoints = { max: 0, interval: false, maxMemory: 0 } as const;

const unitLength = (vector: readonly number[]): readonly number[] => {
  const length = Math.hypot(...vector);
  return length > 0 ? vector.map((value) => value / length) : vector;
};
