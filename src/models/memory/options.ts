/** How an engine is started, as far as memory is concerned. Undefined: the engine's own default. */
export interface EngineOptions {
  /** Minor number of vLLM, e.g. 32. */
  readonly vllm: number;
  readonly tensorParallel?: number | undefined;
  readonly pipelineParallel?: number | undefined;
  /** Share of the card's memory that it may take, 0 to 1. */
  readonly utilization?: number | undefined;
  /** Tokens in one request. */
  readonly contextTokens: number;
  readonly maxSequences?: number | undefined;
  readonly batchedTokens?: number | undefined;
  /** As the flag is spelled: `auto`, `fp8`, `fp8_e5m2`, `int8_per_token_head`. */
  readonly cacheFormat?: string | undefined;
  readonly eager?: boolean | undefined;
  readonly prefixCaching?: boolean | undefined;
  /** Speculative decoding: tokens guessed at a time, and layers that the drafter adds. */
  readonly speculation?: Speculation | undefined;
  /** Bytes of the type that is computed in, where it is not the checkpoint's own. */
  readonly dtypeBytes?: number | undefined;
}

interface Speculation {
  readonly tokens: number;
  readonly draftLayers: number;
}

/** The card as far as memory is concerned. */
export interface CardMemory {
  /** GiB as CUDA counts them, less than the box says. */
  readonly totalGib: number;
  /** Cards of a data centre that talk over NVLink set aside more for talking. */
  readonly nvlink: boolean;
  /** A100 keep the small defaults although they are large. */
  readonly smallDefaults: boolean;
}

/** The same, with every default filled in. */
export interface SettledOptions {
  readonly vllm: number;
  readonly tensorParallel: number;
  readonly pipelineParallel: number;
  readonly utilization: number;
  readonly contextTokens: number;
  readonly maxSequences: number;
  readonly batchedTokens: number;
  readonly cacheFormat: string;
  readonly eager: boolean;
  readonly prefixCaching: boolean;
  readonly speculation: Speculation;
  readonly dtypeBytes: number | undefined;
}
