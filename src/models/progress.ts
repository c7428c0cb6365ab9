/** How far a download is. Sums over all files of the model. */
export type FetchProgress = (state: {
  readonly phase: 'looking' | 'waiting' | 'downloading' | 'checking';
  readonly file: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}) => void;

export interface EnsureOptions {
  readonly onProgress?: FetchProgress;
  /** Told in a line what a person should know: which of several files is taken, what it takes of the disk. */
  readonly say?: (line: string) => void;
  /** Reads what is there already and compares its hash; what is damaged is fetched anew. */
  readonly verify?: boolean;
  /** Files at once. */
  readonly parallel?: number;
  /** The only form of model files that the engine at hand reads; a repository without them is refused before a byte is fetched. */
  readonly only?: 'gguf';
  readonly signal: AbortSignal;
  /** The installed package's folder, where bundled models lie. */
  readonly packageFolder: string;
}
