import type { ModelStatus } from '../../api/models.ts';
import { failure } from '../../errors.ts';
import type { Entry } from './entry.ts';
import { statusOf } from './entry.ts';
import { turnRulesOf } from './turn-member.ts';
import type { Turns } from './turns.ts';

const seconds = (ms: number | undefined): number | null =>
  ms === undefined ? null : Math.max(1, Math.ceil(ms / 1000));

/** Why a model cannot come while another one is pinned to the memory that they share. */
const noRoom = (id: string, pinned: string) =>
  failure('ENGINE_LOAD', {
    model: id,
    problem: `${pinned} is pinned and keeps the memory that they share`,
  });

/** A model as it is shown: as its engine is, and as its turn stands. */
export const statusInTurn = (entry: Entry, turns: Turns): ModelStatus => {
  const status = statusOf(entry);
  if (!turnRulesOf(entry) || status.state === 'error') return status;
  const pinned = turns.pinnedInstead(status.id);
  if (pinned !== undefined) {
    const { code, message, hint } = noRoom(status.id, pinned);
    return { ...status, state: 'error', fault: { code, message, hint } };
  }
  const standing = turns.standing(status.id);
  switch (standing.is) {
    case 'in': {
      if (status.state === 'ready' && entry.sleep === 'awake') return status;
      const phase = entry.sleep === 'waking' ? 'waking up' : (status.phase ?? 'starting');
      return { ...status, state: 'loading', phase, readyIn: seconds(turns.loadingMs(status.id)) };
    }
    case 'leaving':
      return { ...status, state: 'sleeping', phase: null };
    case 'wanted': {
      const phase =
        standing.after === undefined || standing.after === status.id
          ? 'waits for its turn'
          : `waits for ${standing.after} to make room`;
      return { ...status, state: 'loading', phase, readyIn: seconds(standing.readyInMs) };
    }
    case 'out':
      return { ...status, state: entry.sleep === 'awake' ? 'stopped' : 'sleeping', phase: null };
  }
};
