import { formatDuration } from './figures.ts';
import { createMeter } from './meter.ts';
import type { Task, TaskHandle } from './output.ts';
import { progressText } from './progress-line.ts';

export interface PlainOptions {
  readonly line: (text: string) => void;
  /** A clock in ms that never jumps. */
  readonly now: () => number;
}

/** Between two lines about one task: a log should tell, not scroll. */
const quietMs = 5000;

interface Ending {
  title: string;
  skipped: string | undefined;
}

const createHandle = (title: string, { line, now }: PlainOptions): [TaskHandle, Ending] => {
  const ending: Ending = { title, skipped: undefined };
  const read = createMeter(now);
  let spoke = now();
  let status = '';
  const due = (): boolean => {
    if (now() - spoke < quietMs) return false;
    spoke = now();
    return true;
  };
  const handle: TaskHandle = {
    title: (text) => {
      ending.title = text;
    },
    status: (text) => {
      if (text === status) return;
      const first = status === '';
      status = text;
      if (first || due()) line(`      ${text}`);
    },
    progress: (done, total, unit = 'bytes') => {
      const reading = read(done, total);
      if (due()) line(`      ${progressText(reading, unit)}`);
    },
    skip: (reason) => {
      ending.skipped = reason;
    },
  };
  return [handle, ending];
};

/** Runs tasks one after another, with whole lines only: for logs, pipes and terminals that cannot redraw. */
export const runPlainTasks = async (
  tasks: readonly Task[],
  signal: AbortSignal,
  options: PlainOptions,
): Promise<void> => {
  const { line, now } = options;
  for (const [index, task] of tasks.entries()) {
    signal.throwIfAborted();
    const place = `[${index + 1}/${tasks.length}]`;
    line(`${place} ${task.title}`);
    const [handle, ending] = createHandle(task.title, options);
    const started = now();
    try {
      await task.run(handle, signal);
    } catch (caught) {
      line(`${place} ${ending.title}: failed after ${formatDuration(now() - started)}`);
      throw caught;
    }
    const outcome =
      ending.skipped === undefined ? `done in ${formatDuration(now() - started)}` : ending.skipped;
    line(`${place} ${ending.title}: ${outcome}`);
  }
};
