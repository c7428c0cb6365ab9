import type { FailureClass } from './failure-class.ts';

type Killed = Omit<FailureClass, 'says' | 'source'>;

/** Killed by the kernel, which says so or is the one that does this. */
const oomKilled: Killed = {
  id: 'oom-killed',
  family: 'FAILED_HOST_MEMORY',
  mayPass: true,
  problem: 'it was killed (SIGKILL), as the kernel does when main memory runs out',
  fix: 'Close what else needs memory, or start with less: `{localai} up --context 4096`, or a smaller model. `sudo dmesg | grep -i oom` shows whether it was the kernel.',
};

/** Killed, and not by the kernel. */
const killedByHand: Killed = {
  id: 'killed',
  family: 'FAILED_KILLED',
  mayPass: true,
  problem: 'somebody killed it (SIGKILL); memory was not the reason',
  fix: '`{localai} restart` starts it again.',
};

const oldProcessor: Killed = {
  id: 'cpu-instructions',
  family: 'FAILED_HARDWARE',
  problem: 'it uses instructions that this processor does not have (SIGILL)',
  fix: 'Use an engine that is built for older processors: `{localai} up --engine llamacpp`.',
};

const stopped: Killed = {
  id: 'stopped',
  family: 'FAILED_KILLED',
  mayPass: true,
  problem: 'it was told to stop from outside (SIGTERM)',
  fix: '`{localai} restart` starts it again.',
};

const signalNumbers: Readonly<Record<number, string>> = {
  4: 'SIGILL',
  9: 'SIGKILL',
  15: 'SIGTERM',
};

/** The signal that ended it; a shell and Docker say 128 and the signal's number, Python the negative number. */
const signalOf = (exitCode: number | null, signal: string | null): string | undefined => {
  if (signal !== null) return signal;
  if (exitCode === null) return undefined;
  return signalNumbers[exitCode < 0 ? -exitCode : exitCode - 128];
};

/** What its end alone says; undefined when that is nothing. Pure. */
export const endedByKill = (facts: {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly oomKilled?: boolean | undefined;
}): Killed | undefined => {
  if (facts.oomKilled === true) return oomKilled;
  switch (signalOf(facts.exitCode, facts.signal)) {
    case 'SIGKILL':
      return facts.oomKilled === false ? killedByHand : oomKilled;
    case 'SIGILL':
      return oldProcessor;
    case 'SIGTERM':
      return stopped;
    default:
      return undefined;
  }
};

/** Every class that is known by the end alone. */
export const killedClasses: readonly Killed[] = [oomKilled, killedByHand, oldProcessor, stopped];
