/**
 * What the HTTP side of the embedded engine knows of the model side. The implementation drives node-llama-cpp; tests
 * of the protocol may use a small one of their own.
 */

/** Token ids of the model's vocabulary. */
export type Token = number;

/** Settings of the sampler, already with OpenAI's defaults filled in. */
export interface Sampling {
  /** 0 is greedy. */
  readonly temperature: number;
  /** 1 is off. */
  readonly topP: number;
  /** 0 is off. */
  readonly topK: number;
  /** 0 is off. */
  readonly minP: number;
  readonly seed: number;
  /** -2…2, OpenAI's; 0 is off. */
  readonly presencePenalty: number;
  readonly frequencyPenalty: number;
  /** 1 is off. */
  readonly repetitionPenalty: number;
  /** Added to a token's logit; -100 bans it, end tokens included. */
  readonly logitBias: ReadonlyMap<Token, number>;
}

export interface TokenChoice {
  readonly token: Token;
  /** Natural logarithm of the probability. */
  readonly logprob: number;
}

export interface GeneratedToken {
  readonly token: Token;
  /** Set when log-probabilities were asked for. */
  readonly logprob?: number;
  /** The most likely tokens at this place, best first. */
  readonly top?: readonly TokenChoice[];
}

export interface Generation {
  readonly prompt: readonly Token[];
  readonly maxTokens: number;
  readonly sampling: Sampling;
  /** Asked before every token with the text so far: the GBNF grammar that holds from there on, or none. Once a
   *  grammar was given it stays until it is complete; then the generation ends. */
  readonly grammar?: (textSoFar: string) => string | undefined;
  /** How many alternatives to report per token; absent: no log-probabilities. */
  readonly logprobs?: number;
  /** Keep going after the model's end token (OpenAI's `ignore_eos` in vLLM). */
  readonly ignoreEos?: boolean;
  readonly signal: AbortSignal;
  /**
   * Called for each token with the text that it completed ("" while a character is unfinished). Return true to stop
   * here (a stop string was seen).
   */
  readonly onToken: (token: GeneratedToken, text: string) => boolean;
}

export interface GenerationResult {
  /** `stop` end token, stop string or grammar complete · `length` maxTokens · `abort` the client left. */
  readonly reason: 'stop' | 'length' | 'abort';
  readonly promptTokens: number;
  /** Prompt tokens that were still in memory from an earlier request. */
  readonly cachedTokens: number;
  readonly completionTokens: number;
  /** ms from submit to the first token, and of decoding after it. */
  readonly firstTokenMs: number;
  readonly decodeMs: number;
}

export interface ModelFacts {
  readonly file: string;
  /** False for a model that makes embeddings only. */
  readonly generates: boolean;
  /** Tokens that fit in one request. */
  readonly contextTokens: number;
  /** What it was trained for. */
  readonly trainContextTokens: number;
  readonly vocabularySize: number;
  readonly parallel: number;
  readonly backend: string;
  readonly threads: { readonly decode: number; readonly prefill: number };
  /** Decode speed of one request alone as measured at load, tokens per second. */
  readonly tokensPerSecond: number | null;
  /** The model's own chat template (Jinja source), when the file has one. */
  readonly chatTemplate: string | undefined;
  readonly bosText: string;
  readonly eosText: string;
  readonly addBos: boolean;
  /** All control tokens' texts, longest first: a user's text must not become one of them. */
  readonly controlTexts: readonly string[];
  /** Fill-in-the-middle tokens, when the vocabulary has them. */
  readonly fim: { readonly prefix: Token; readonly suffix: Token; readonly middle: Token } | undefined;
}

export interface RuntimeGauges {
  /** Requests being worked on, and waiting for a place. */
  readonly running: number;
  readonly waiting: number;
  /** Share of the KV memory that holds tokens, 0…1. */
  readonly kvUsage: number;
  /** Sums since the start. */
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly generatedTokens: number;
}

export interface Runtime {
  readonly facts: ModelFacts;
  gauges(): RuntimeGauges;
  /** `special`: whether control tokens' texts become control tokens. */
  tokenize(text: string, special: boolean): Token[];
  detokenize(tokens: readonly Token[], special: boolean): string;
  /** A token's own bytes; a token may be part of a character. */
  tokenBytes(token: Token): Uint8Array;
  /** The Jinja template rendered by llama.cpp's own renderer; throws when it cannot. */
  renderTemplate(template: string, variables: Readonly<Record<string, unknown>>): string;
  /** Checks a grammar without using it; throws with what is wrong. */
  checkGrammar(gbnf: string): void;
  /** Waits for a place, generates, resolves at the end. Rejects only when the engine itself fails. */
  generate(generation: Generation): Promise<GenerationResult>;
  /** One vector of unit length per prompt. */
  embed(tokens: readonly Token[], signal: AbortSignal): Promise<readonly number[]>;
  close(): Promise<void>;
}
