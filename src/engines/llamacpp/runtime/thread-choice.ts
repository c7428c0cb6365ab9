/** What a number of threads achieved, ms per step. */
export interface ThreadTiming {
  readonly threads: number;
  readonly ms: number;
}

export interface ThreadChoice {
  readonly decode: number;
  /** For a prompt that nobody's answer waits for. */
  readonly prefill: number;
  /** For a prompt beside requests that are being answered. */
  readonly beside: number;
}

/** 1, 2, 4, … and all cores: never more threads than cores, beyond which nothing was ever won. */
export const threadSettings = (cores: number): readonly number[] => {
  const whole = Math.max(1, Math.floor(cores));
  const settings = new Set<number>();
  for (let n = 1; n < whole; n *= 2) settings.add(n);
  settings.add(whole);
  return [...settings];
};

/**
 * The most threads for work that a person watches. llama.cpp's threads wait for each other, burning their cores, at each
 * of a model's many small steps: where they have all cores and another program wants one, a step takes seconds.
 */
export const sparingOne = (cores: number): number => Math.max(1, Math.floor(cores) - 1);

/** Another thread costs the rest of the machine a core: it must win more than a tenth. */
const worthAThread = 0.9;

/** The fewest threads that nothing beats by more than a tenth. */
export const chooseThreads = (timings: readonly ThreadTiming[]): number => {
  const byThreads = [...timings].sort((a, b) => a.threads - b.threads);
  let chosen = byThreads[0];
  for (const timing of byThreads) if (chosen && timing.ms < chosen.ms * worthAThread) chosen = timing;
  return chosen?.threads ?? 1;
};

export const median = (values: readonly number[]): number => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const high = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? high : ((sorted[middle - 1] ?? Number.NaN) + high) / 2;
};
