/**
 * The body of our own engines' `GET /health`: 503 while loading or failed, 200 once ready. vLLM's body is empty, so
 * every field is optional for a reader.
 */
export interface EngineHealth {
  readonly status: 'loading' | 'ready' | 'failed';
  /** What it is doing while loading, for a person: `loading the model (42 %)`. */
  readonly phase: string | null;
  /** Why it failed, in the words of the error registry. */
  readonly fault: { readonly code: string; readonly message: string; readonly hint: string } | null;
  /** What it computes on: `cpu`, `cuda`, `metal`, `vulkan`. */
  readonly backend: string | null;
  /** Tokens per request. */
  readonly context: number | null;
  /** Requests at once. */
  readonly parallel: number | null;
  readonly threads: { readonly decode: number; readonly prefill: number } | null;
  /** Measured decode speed of one request alone, tokens per second. */
  readonly tokensPerSecond: number | null;
  readonly capabilities: {
    readonly chat: boolean;
    readonly tools: boolean;
    readonly reasoning: boolean;
    readonly fim: boolean;
  } | null;
  /** Honest lines a person should see, e.g. that no graphics card could be used and why. */
  readonly notes: readonly string[];
}
