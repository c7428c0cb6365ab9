/** What llama-server is started with. JSON; equal specs mean nothing needs a restart. */
export interface LlamaServerSpec {
  readonly program: string;
  /** Another build is another engine. */
  readonly version: string | undefined;
  readonly modelId: string;
  readonly file: string;
  readonly socket: string;
  /** Its arguments, without program and user's flags. */
  readonly flags: readonly string[];
}
