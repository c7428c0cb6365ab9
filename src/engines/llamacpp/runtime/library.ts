import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { failure, reason } from '../../../errors.ts';
import type { Token } from './runtime.ts';

/**
 * The part of node-llama-cpp 3.22.1 that we use, as structural types of our own: the library is installed on demand,
 * so its types are not there when we are compiled. Names that begin with an underscore are internal to the library;
 * `checkInternals` looks for them at start, and the exact version is pinned by hash.
 */
export interface NativeLibrary {
  getLlama(options: {
    readonly gpu: 'auto' | false;
    readonly build: 'never';
    readonly skipDownload: true;
    readonly progressLogs: false;
    readonly maxThreads: number;
    readonly logLevel: 'warn';
    readonly logger: (level: string, message: string) => void;
  }): Promise<Llama>;
  readonly LlamaGrammar: new (llama: Llama, options: { readonly grammar: string }) => Grammar;
  readonly LlamaGrammarEvaluationState: new (from: {
    readonly model: LlamaModel;
    readonly grammar: Grammar;
  }) => GrammarState;
  readonly TokenBias: new (tokenizer: unknown) => TokenBias;
}

/** A compiled grammar; opaque. */
export interface Grammar {
  readonly grammar: string;
}

/** How far a text is along a grammar; opaque. */
export interface GrammarState {
  clone(): GrammarState;
}

export interface TokenBias {
  /** The library's own `set` leaves end tokens out, so the map is filled directly. */
  readonly _biases: Map<Token, number>;
}

export interface Llama {
  readonly gpu: string | false;
  /** Acts on the next batch; a context can use at most what was allowed when it was made. */
  maxThreads: number;
  loadModel(options: {
    readonly modelPath: string;
    readonly gpuLayers?: number;
    readonly onLoadProgress?: (share: number) => void;
    readonly loadSignal?: AbortSignal;
  }): Promise<LlamaModel>;
  dispose(): Promise<void>;
  readonly _bindings: {
    readonly AddonJinjaRenderer?: new (
      template: string,
    ) => { render(variables: Record<string, unknown>): string };
    readonly AddonSampler: new (model: unknown) => NativeSampler;
  };
}

export interface NativeSampler {
  dispose(): void;
  applyConfig(config: Record<string, unknown>): void;
}

export interface LlamaModel {
  readonly trainContextSize: number;
  readonly gpuLayers: number;
  readonly vocabularyType: string;
  readonly tokenizer: unknown;
  readonly tokens: {
    readonly bos: Token | null;
    readonly bosString: string | null;
    readonly eos: Token | null;
    readonly eosString: string | null;
    readonly sep: Token | null;
    readonly shouldPrependBosToken: boolean;
    readonly shouldAppendEosToken: boolean;
    readonly infill: {
      readonly prefix: Token | null;
      readonly middle: Token | null;
      readonly suffix: Token | null;
    };
  };
  readonly fileInfo: { readonly metadata: FileMetadata };
  readonly fileInsights: {
    /** Bytes of the weights. */
    readonly modelSize: number;
    readonly totalLayers: number;
    /** False for models that only make embeddings. */
    readonly hasDecoder: boolean;
    /** Tokens that a sliding window spans; undefined where every layer sees everything. */
    readonly swaSize: number | undefined;
    estimateContextResourceRequirementsV2(options: {
      readonly contextSize: number;
      readonly modelGpuLayers: number;
      readonly batchSize: number;
      readonly sequences: number;
      readonly flashAttention: 'auto' | false;
      readonly swaFullCache: boolean;
      readonly isEmbeddingContext?: boolean;
    }): Promise<{ readonly cpuRam: number; readonly gpuVram: number }>;
  };
  tokenize(text: string, special: boolean): Token[];
  detokenize(tokens: readonly Token[], special: boolean): string;
  isEogToken(token: Token): boolean;
  getTokenAttributes(token: Token): {
    readonly control: boolean;
    readonly unknown: boolean;
    readonly userDefined: boolean;
    readonly byte: boolean;
  };
  createContext(options: {
    readonly contextSize: number;
    readonly sequences: number;
    readonly batchSize: number;
    readonly threads: number;
    readonly flashAttention: 'auto' | false;
    readonly swaFullCache: boolean;
    readonly failedCreationRemedy: false;
    readonly createSignal?: AbortSignal;
    readonly _embeddings?: boolean;
  }): Promise<LlamaContext>;
  dispose(): Promise<void>;
  readonly _model: { getTokenString(token: Token): string | undefined };
}

interface FileMetadata {
  readonly general?: { readonly architecture?: string };
  readonly tokenizer?: {
    readonly chat_template?: string;
    readonly ggml?: { readonly tokens?: { readonly length: number } };
  };
  readonly [architecture: string]: unknown;
}

export interface LlamaContext {
  readonly contextSize: number;
  /** Checkpoints act only where a sequence needs them; `interval` in tokens, `maxMemory` in bytes. */
  getSequence(options: {
    readonly checkpoints: {
      readonly max: number;
      readonly interval: number | false;
      readonly maxMemory: number;
    };
  }): LlamaSequence;
  dispose(): Promise<void>;
  readonly _ctx: NativeContext;
}

/** The native context behind a context. */
export interface NativeContext {
  addToBatch(sequence: number, first: number, tokens: Uint32Array, withLogits: Uint32Array): Uint32Array;
  /** -1 when there is none to choose. */
  sampleToken(batchLogitIndex: number, sampler: NativeSampler): Promise<Token>;
  sampleToken(
    batchLogitIndex: number,
    sampler: NativeSampler,
    probabilities: boolean,
    confidence: boolean,
    logits: readonly [tokens: Token[], max: boolean, min: boolean, selected: boolean, top: number],
    totalLogitWeight: boolean,
  ): Promise<
    [
      token: Token,
      probabilities: undefined,
      confidence: undefined,
      logits: number[] | undefined,
      weight: number | undefined,
    ]
  >;
  getEmbedding(inputTokens: number): Float64Array;
  /** The first token whose state is still there; the library goes back to any place behind it. */
  getSequenceKvCacheMinPosition(sequence: number): number;
}

/** null switches a sampler off altogether; leaving the field out would give the library's default. */
export interface EvaluateOptions {
  readonly temperature: number;
  readonly minP: number | null;
  readonly topK: number | null;
  readonly topP: number | null;
  readonly seed: number;
  readonly repeatPenalty?: {
    readonly punishTokens: () => readonly Token[];
    readonly maxPunishTokens: number;
    readonly penalty: number;
    readonly frequencyPenalty: number;
    readonly presencePenalty: number;
  };
  readonly tokenBias?: () => TokenBias;
  readonly grammarEvaluationState?: () => GrammarState | undefined;
  readonly yieldEogToken: true;
  readonly contextShift: { readonly strategy: () => never };
  readonly _noSampling?: boolean;
}

export interface LlamaSequence {
  readonly nextTokenIndex: number;
  /** Models with sliding windows or recurrent layers cannot go back to any place, only to a checkpoint. */
  readonly needsCheckpoints: boolean;
  takeCheckpoint(): Promise<void>;
  adaptStateToTokens(tokens: readonly Token[], allowShift: boolean): Promise<void>;
  clearHistory(): Promise<void>;
  evaluateWithMetadata(
    tokens: readonly Token[],
    metadata: Record<never, never>,
    options: EvaluateOptions,
  ): AsyncGenerator<{ readonly token: Token }, void, undefined>;
  evaluateWithoutGeneratingNewTokens(
    tokens: readonly Token[],
    options: { readonly contextShift: { readonly strategy: () => never } },
  ): Promise<void>;
  readonly _sequenceId: number;
  _copyStateFromOtherSequence(other: LlamaSequence, upTo: number): Promise<boolean>;
}

/** Imports the library from the folder it was installed in. Throws ENGINE_UNAVAILABLE. */
export const importLibrary = async (libraryFolder: string): Promise<NativeLibrary> => {
  const entry = join(libraryFolder, 'node_modules', 'node-llama-cpp', 'dist', 'index.js');
  try {
    return (await import(pathToFileURL(entry).href)) as NativeLibrary;
  } catch (caught) {
    throw failure('ENGINE_UNAVAILABLE', { engine: 'llamacpp', problem: reason(caught) }, caught);
  }
};

const isFunction = (value: unknown): boolean => typeof value === 'function';

/** Throws ENGINE_UNAVAILABLE when something internal that we build on is not in this build of the library. */
export const checkInternals = (llama: Llama, context: LlamaContext, sequence: LlamaSequence): void => {
  const needed: Readonly<Record<string, boolean>> = {
    AddonSampler: isFunction(llama._bindings?.AddonSampler),
    addToBatch: isFunction(context._ctx?.addToBatch),
    sampleToken: isFunction(context._ctx?.sampleToken),
    getEmbedding: isFunction(context._ctx?.getEmbedding),
    getSequenceKvCacheMinPosition: isFunction(context._ctx?.getSequenceKvCacheMinPosition),
    _sequenceId: typeof sequence._sequenceId === 'number',
  };
  const missing = Object.keys(needed).filter((name) => !needed[name]);
  if (missing.length === 0) return;
  throw failure('ENGINE_UNAVAILABLE', {
    engine: 'llamacpp',
    problem: `this build of node-llama-cpp has no ${missing.join(', ')}`,
  });
};
