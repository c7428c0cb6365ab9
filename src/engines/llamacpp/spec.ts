/** What exactly the embedded engine is to run: JSON, passed to its worker as one argument. */
export interface LlamacppSpec {
  /** The installed library: a folder whose node_modules/ holds node-llama-cpp. */
  readonly libraryFolder: string;
  /** The GGUF file. */
  readonly file: string;
  /** The id under which it is served. */
  readonly modelId: string;
  /** What the file must hash to; undefined: not pinned. */
  readonly sha256?: string;
  /** Tokens per request; undefined: what the model was made for, cut to the memory given. */
  readonly contextTokens?: number;
  /** Requests worked on at once; more wait. */
  readonly parallel: number;
  /** CPU threads for decode and prefill; undefined: measured. */
  readonly threads?: number;
  /** Cores that this process really has. */
  readonly cores: number;
  readonly gpu: 'auto' | 'off';
  /** Bytes of memory that model and KV may take. */
  readonly memoryBytes: number;
  /** JSON file that keeps the measured threads per machine and model. */
  readonly tuningFile: string;
  /** The Unix socket to serve on. */
  readonly socket: string;
}
