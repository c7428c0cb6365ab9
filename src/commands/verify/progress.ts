import type { Context } from '../../context.ts';
import type { RunOptions } from '../../verify/run-checks.ts';

/** Shows on stderr what is tried, while it is; what failed at once, in a line of its own. */
export const withProgress = async <T>(
  { output, signal }: Context,
  url: string,
  work: (progress: Pick<RunOptions, 'onBegin' | 'onEnd'>) => Promise<T>,
): Promise<T> => {
  const done = Promise.withResolvers<T>();
  await output.tasks(
    [
      {
        title: `Verify ${url}`,
        run: async (task) => {
          const onBegin: RunOptions['onBegin'] = (title, model) =>
            task.status(model === null ? title : `${model}: ${title}`);
          const onEnd: RunOptions['onEnd'] = ({ id, model, status, evidence, seconds }) =>
            output.detail(`${status} ${model ?? 'gateway'} ${id} (${seconds} s): ${evidence}`);
          done.resolve(await work({ onBegin, onEnd }));
        },
      },
    ],
    signal,
  );
  return done.promise;
};
