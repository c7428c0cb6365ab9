import type { ModelControl, ModelEvent, ModelStatus } from '../../api/models.ts';
import { failure } from '../../errors.ts';

/** A ModelControl that also knows what the gateway found out about engines that run elsewhere. */
export interface WatchedControl extends ModelControl {
  /** What is wrong with a model's engine; undefined: nothing. */
  tell(id: string, problem: string | undefined): void;
}

/** What a client may wait before it asks again, s; no longer than until the next question. */
const retryAfter = 2;

const withProblem = (status: ModelStatus, problem: string | undefined): ModelStatus => {
  if (problem === undefined || status.state !== 'ready') return status;
  const { code, message, hint } = failure('UPSTREAM_UNREACHABLE', { model: status.id, problem, retryAfter });
  return { ...status, state: 'error', fault: { code, message, hint } };
};

export const watchedControl = (control: ModelControl): WatchedControl => {
  const problems = new Map<string, string>();
  const listeners = new Set<(id: string) => void>();
  const seen = (status: ModelStatus): ModelStatus => withProblem(status, problems.get(status.id));

  const list = (): readonly ModelStatus[] =>
    problems.size === 0 ? control.list() : control.list().map(seen);

  /** The control's own events, and ours between them. */
  const events = (): AsyncIterableIterator<ModelEvent> => {
    const theirs = control.events()[Symbol.asyncIterator]();
    const changed: string[] = [];
    let wake = (): void => {};
    const listener = (id: string): void => {
      changed.push(id);
      wake();
    };
    listeners.add(listener);
    let pending: Promise<IteratorResult<ModelEvent>> | undefined;
    const next = async (): Promise<IteratorResult<ModelEvent>> => {
      for (;;) {
        const changedId = changed.shift();
        if (changedId !== undefined) {
          const model = list().find(({ id }) => id === changedId);
          if (model) return { done: false, value: { type: 'model', model } };
          continue;
        }
        pending ??= theirs.next();
        const woken = new Promise<undefined>((resolve) => {
          wake = () => resolve(undefined);
        });
        const result = await Promise.race([pending, woken]);
        if (!result) continue;
        pending = undefined;
        if (result.done) {
          listeners.delete(listener);
          return result;
        }
        return { done: false, value: { ...result.value, model: seen(result.value.model) } };
      }
    };
    const iterator: AsyncIterableIterator<ModelEvent> = {
      next,
      return: async () => {
        listeners.delete(listener);
        await theirs.return?.();
        return { done: true, value: undefined };
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  };

  return {
    list,
    events,
    ensureReady: (id, signal) => control.ensureReady(id, signal),
    sleep: (id) => control.sleep(id),
    unload: (id) => control.unload(id),
    tell: (id, problem) => {
      if (problems.get(id) === problem) return;
      if (problem === undefined) problems.delete(id);
      else problems.set(id, problem);
      for (const listener of listeners) listener(id);
    },
  };
};
