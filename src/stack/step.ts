/** How a step shows what it is doing; the same shape as a task of output/. */
export interface StepProgress {
  title(text: string): void;
  status(text: string): void;
  progress(done: number, total: number, unit?: 'bytes' | 'tokens'): void;
  skip(reason: string): void;
}

/** One step of `up`. Each can be cut off anywhere and run again. */
export interface Step {
  readonly title: string;
  readonly run: (progress: StepProgress, signal: AbortSignal) => Promise<void>;
}
