import { createMeter } from './meter.ts';
import type { Task, TaskHandle } from './output.ts';
import { progressBar } from './progress-line.ts';
import type { OutputStream } from './sink.ts';

/** What we use of listr2's task wrapper. */
interface Wrapper {
  title: string;
  output: string;
  skip(message: string): void;
}

/** Between two redraws of a progress bar, ms. */
const redrawMs = 100;

const createHandle = (wrapper: Wrapper, stream: OutputStream, now: () => number): TaskHandle => {
  const read = createMeter(now);
  let status = '';
  let bar = '';
  let drawn = Number.NEGATIVE_INFINITY;
  const draw = (): void => {
    wrapper.output = [status, bar].filter((line) => line !== '').join('\n');
  };
  return {
    title: (text) => {
      wrapper.title = text;
    },
    status: (text) => {
      status = text;
      draw();
    },
    progress: (done, total, unit = 'bytes') => {
      const reading = read(done, total);
      if (now() - drawn < redrawMs && done < total) return;
      drawn = now();
      // listr2 indents what is below a title by four columns.
      bar = progressBar(reading, unit, (stream.columns ?? 80) - 4);
      draw();
    },
    skip: (reason) => wrapper.skip(`${wrapper.title}: ${reason}`),
  };
};

/**
 * Runs tasks as a list that is redrawn on the terminal. Two traps of listr2: it writes to stdout unless both
 * its streams are replaced, and on Ctrl-C it ends the process by itself unless told not to.
 */
export const runListedTasks = async (
  tasks: readonly Task[],
  signal: AbortSignal,
  stream: OutputStream,
  now: () => number,
): Promise<void> => {
  const { Listr, ListrLogger, ProcessOutput } = await import('listr2');
  const terminal = stream as NodeJS.WriteStream;
  const logger = new ListrLogger({ processOutput: new ProcessOutput(terminal, terminal) });
  const list = new Listr(
    tasks.map((task) => ({
      title: task.title,
      task: async (_context: unknown, wrapper: Wrapper) => {
        signal.throwIfAborted();
        await task.run(createHandle(wrapper, stream, now), signal);
      },
    })),
    {
      registerSignalListeners: false,
      forceTTY: true,
      renderer: 'default',
      rendererOptions: { logger, showErrorMessage: false, collapseSkips: true, formatOutput: 'truncate' },
    },
  );
  await list.run();
};
