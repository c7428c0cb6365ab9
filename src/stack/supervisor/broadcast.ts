export interface Broadcast<T> {
  send(value: T): void;
  /** What is sent from now on, until the consumer leaves, the signal is aborted or the broadcast ends. */
  listen(signal?: AbortSignal): AsyncIterableIterator<T>;
  end(): void;
}

/** A listener that never reads keeps this many values; older ones are dropped, since only the last state matters. */
const maxWaiting = 256;

interface Listener<T> {
  readonly push: (value: T) => void;
  readonly end: () => void;
}

/** One sender, any number of listeners. */
export const createBroadcast = <T>(): Broadcast<T> => {
  const listeners = new Set<Listener<T>>();

  const listen = (signal?: AbortSignal): AsyncIterableIterator<T> => {
    const waiting: T[] = [];
    let wake: (() => void) | undefined;
    let over = signal?.aborted ?? false;
    const listener: Listener<T> = {
      push: (value) => {
        waiting.push(value);
        if (waiting.length > maxWaiting) waiting.shift();
        wake?.();
      },
      end: () => {
        over = true;
        listeners.delete(listener);
        signal?.removeEventListener('abort', listener.end);
        wake?.();
      },
    };
    if (!over) listeners.add(listener);
    signal?.addEventListener('abort', listener.end, { once: true });
    const done = { done: true, value: undefined } as const;
    const iterator: AsyncIterableIterator<T> = {
      next: async () => {
        while (waiting.length === 0 && !over) {
          await new Promise<void>((resolve) => {
            wake = resolve;
          });
        }
        const value = waiting.shift();
        return value === undefined ? done : { done: false, value };
      },
      return: async () => {
        listener.end();
        return done;
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  };

  return {
    send: (value) => {
      for (const listener of listeners) listener.push(value);
    },
    listen,
    end: () => {
      for (const listener of [...listeners]) listener.end();
    },
  };
};
