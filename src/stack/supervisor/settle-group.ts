import type { Clock } from '../../system/clock.ts';
import type { TurnMember } from './turn-group.ts';

/** Until those that have not come up by then are no longer waited for, ms. */
const settleMs = 15 * 60_000;
const pollMs = 1000;

/**
 * Engines of one card that somebody else starts, one after the other: as each comes up it is put to sleep, so that the
 * next one has room to start. Gives the last one, which is left awake; undefined when not all came up in time.
 */
export const settleGroup = async (
  members: readonly TurnMember[],
  clock: Clock,
  over: AbortSignal,
): Promise<TurnMember | undefined> => {
  const coming = new Set(members);
  const end = clock.monotonic() + settleMs;
  while (clock.monotonic() < end && !over.aborted) {
    for (const member of coming) {
      if (!(await member.isUp?.())) continue;
      coming.delete(member);
      if (coming.size === 0) return member;
      await member.unload().catch(() => {});
    }
    await clock.sleep(pollMs, over).catch(() => {});
  }
  return undefined;
};
