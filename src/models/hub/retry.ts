import { isFailure } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import { isNetworkFault } from './network-fault.ts';

/** Waits before the second, third and fourth try, ms. */
const waits = [500, 1500, 4500] as const;

/** Whether another try may do: a cut connection, a pause, a server in trouble, too many requests. */
const mayPass = (caught: unknown): boolean => {
  if (isFailure(caught, 'HUB_FAILED')) {
    const status = Number(caught.params['status']);
    return status === 429 || status >= 500;
  }
  return isFailure(caught, 'DOWNLOAD_CUT') || isNetworkFault(caught);
};

export interface Retries {
  /** How far the work has got; what got further than ever starts counting tries anew. */
  readonly progress?: () => number;
  /** Faults for which another try is not worth the wait. */
  readonly hopeless?: (caught: unknown) => boolean;
  readonly signal: AbortSignal;
}

/** Does the work again after faults that may pass, up to three times without getting any further. */
export const withRetries = async <T>(
  system: System,
  { progress = () => 0, hopeless = () => false, signal }: Retries,
  work: () => Promise<T>,
): Promise<T> => {
  let best = progress();
  for (let tries = 0; ; tries++) {
    try {
      return await work();
    } catch (caught) {
      signal.throwIfAborted();
      const now = progress();
      if (now > best) {
        best = now;
        tries = 0;
      }
      const wait = waits[tries];
      if (wait === undefined || !mayPass(caught) || hopeless(caught)) throw caught;
      await system.clock.sleep(wait, signal);
    }
  }
};
