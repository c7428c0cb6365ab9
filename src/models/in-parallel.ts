/**
 * Does the work for each item, `limit` at once. The first fault stops the rest through the signal that each work is
 * given, and is thrown once all have ended.
 */
export const inParallel = async <T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal,
  work: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> => {
  const stop = new AbortController();
  const both = AbortSignal.any([signal, stop.signal]);
  const waiting = [...items];
  let fault: { readonly caught: unknown } | undefined;
  const lane = async (): Promise<void> => {
    for (let item = waiting.shift(); item !== undefined && !both.aborted; item = waiting.shift()) {
      try {
        await work(item, both);
      } catch (caught) {
        fault ??= { caught };
        stop.abort(caught);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(limit, items.length)) }, lane));
  signal.throwIfAborted();
  if (fault) throw fault.caught;
};
