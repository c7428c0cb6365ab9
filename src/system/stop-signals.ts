import { failure, type LocalaiError } from '../errors.ts';

/** What is told of signals and of exceptions that nobody caught: `process`, or a test's stand-in. */
export type SignalSource = Pick<NodeJS.EventEmitter, 'on' | 'off'>;

export interface StopWatch {
  /** Aborted by the first signal, with CANCELLED or TERMINATED as its reason. */
  readonly signal: AbortSignal;
  /** Rejects with the same reason on a second signal, and with an exception that nobody caught. */
  readonly forced: Promise<never>;
  /** Aborts as a signal would, for another reason. */
  abort(reason: unknown): void;
  /** While somebody listens, SIGHUP asks for that instead of for the end. Returns the way to stop listening. */
  onHangup(listener: () => void): () => void;
  release(): void;
}

/**
 * A terminal sends Ctrl-C to npx and to us, and npx hands it on: two within this time are one. Nobody presses it
 * twice that fast.
 */
const echoMs = 200;

const reasons: Readonly<Record<string, () => LocalaiError>> = {
  SIGINT: () => failure('CANCELLED', {}),
  SIGTERM: () => failure('TERMINATED', {}),
  SIGHUP: () => failure('TERMINATED', {}),
};

/** Listens for signals until released: the first asks to stop, a second one insists. */
export const watchSignals = (source: SignalSource, now = (): number => performance.now()): StopWatch => {
  const controller = new AbortController();
  let reject: (fault: unknown) => void = () => {};
  const forced = new Promise<never>((_resolve, refuse) => {
    reject = refuse;
  });
  // Nobody may be waiting any more; that is no fault.
  forced.catch(() => {});
  let last = Number.NEGATIVE_INFINITY;
  let hangup: (() => void) | undefined;
  const stop = (name: string): void => {
    if (name === 'SIGHUP' && hangup && !controller.signal.aborted) {
      hangup();
      return;
    }
    if (now() - last < echoMs) return;
    last = now();
    if (controller.signal.aborted) reject(controller.signal.reason);
    else controller.abort(reasons[name]?.());
  };
  const names = Object.keys(reasons);
  for (const name of names) source.on(name, stop);
  source.on('uncaughtException', reject);
  return {
    signal: controller.signal,
    forced,
    abort: (reason) => controller.abort(reason),
    onHangup: (listener) => {
      hangup = listener;
      return () => {
        hangup = undefined;
      };
    },
    release: () => {
      for (const name of names) source.off(name, stop);
      source.off('uncaughtException', reject);
    },
  };
};
