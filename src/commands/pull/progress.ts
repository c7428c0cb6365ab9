import type { FetchProgress } from '../../models/ensure.ts';
import type { TaskHandle } from '../../output/output.ts';
import type { Clock } from '../../system/clock.ts';

/** Between two JSON lines of the same phase, ms: enough for a bar, not a flood. */
const lineMs = 500;

/** Writes progress as JSON lines: `{"event":"progress","model",…}`. */
export const progressLines = (
  write: (value: unknown) => void,
  model: string,
  { monotonic }: Pick<Clock, 'monotonic'>,
): FetchProgress => {
  let phase = '';
  let wrote = Number.NEGATIVE_INFINITY;
  return (state) => {
    const finished = state.totalBytes > 0 && state.doneBytes === state.totalBytes;
    if (state.phase === phase && !finished && monotonic() - wrote < lineMs) return;
    phase = state.phase;
    wrote = monotonic();
    write({ event: 'progress', model, ...state });
  };
};

const words: Readonly<Record<Parameters<FetchProgress>[0]['phase'], (file: string) => string>> = {
  looking: (file) => `asking for ${file}`,
  waiting: (file) => `waiting for another process that downloads ${file}`,
  downloading: (file) => file,
  checking: (file) => `checking ${file}`,
};

/** Shows progress at a task. */
export const showProgress = (task: TaskHandle): FetchProgress => {
  let said = '';
  return ({ phase, file, doneBytes, totalBytes }) => {
    const status = words[phase](file);
    if (status !== said) task.status(status);
    said = status;
    if (totalBytes > 0) task.progress(doneBytes, totalBytes);
  };
};
