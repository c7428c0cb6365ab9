import { setTimeout as delay } from 'node:timers/promises';

/** Looks again every few ms; a test's own time limit ends it. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await delay(2);
};
