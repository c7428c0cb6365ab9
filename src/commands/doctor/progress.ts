import type { Context } from '../../context.ts';

/** Shows on stderr what is looked at, while it is. */
export const withProgress = async <T>(
  { output, signal }: Context,
  work: (onStep: (what: string) => void) => Promise<T>,
): Promise<T> => {
  const done = Promise.withResolvers<T>();
  const title = 'Look at this machine';
  await output.tasks([{ title, run: async (task) => done.resolve(await work(task.status)) }], signal);
  return done.promise;
};
