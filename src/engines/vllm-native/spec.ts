/** Which of vLLM's builds: for NVIDIA cards, or for the processor. */
export type VllmBuild = 'cuda' | 'cpu';

/** What one native vLLM is started with. JSON; equal specs mean nothing needs a restart. */
export interface VllmNativeSpec {
  /** The Python environment that it runs in, ours. */
  readonly environment: string;
  readonly build: VllmBuild;
  readonly modelId: string;
  /** The folder with the weights. */
  readonly model: string;
  readonly socket: string;
  /** After the model, the user's among them. */
  readonly flags: readonly string[];
  /** What is added to the environment of our own process. */
  readonly env: Readonly<Record<string, string>>;
}
