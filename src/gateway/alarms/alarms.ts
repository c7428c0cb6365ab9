import type { Clock } from '../../system/clock.ts';

/** Something that is to happen at a time, unless it is taken out before. */
export interface Alarm {
  /** ms of the monotonic clock. */
  readonly due: number;
  /** Called once, after `due`; it may set itself anew. */
  ring(now: number): void;
}

/** All the times that requests of an app wait for: deadlines, places in line, silent streams. */
export interface Alarms {
  set(alarm: Alarm): void;
  /** Takes an alarm out; one that is not there is no fault. */
  drop(alarm: Alarm): void;
  /** How many are set. */
  readonly size: number;
}

/** An alarm rings at most so late beside what the event loop itself costs, ms. */
const grain = 10;

/**
 * One timer for all alarms instead of one for each: nearly all requests end long before theirs, and then setting and
 * dropping it has cost a place in a set. Alarms are looked through when the earliest one is due; most are hours away.
 * The timer lets an idle process end.
 */
export const createAlarms = (clock: Clock): Alarms => {
  const alarms = new Set<Alarm>();
  let waking: AbortController | undefined;
  /** When they are looked through next. */
  let wakesAt = Number.POSITIVE_INFINITY;

  const wakeAt = (at: number): void => {
    waking?.abort();
    const sleeping = new AbortController();
    waking = sleeping;
    wakesAt = at;
    const ms = Math.max(grain, at - clock.monotonic());
    // Rejects only when another time took its place.
    clock.sleep(ms, sleeping.signal, { ref: false }).then(look, () => {});
  };

  const look = (): void => {
    wakesAt = Number.POSITIVE_INFINITY;
    const now = clock.monotonic();
    let next = Number.POSITIVE_INFINITY;
    const due: Alarm[] = [];
    for (const alarm of alarms) {
      if (alarm.due <= now) due.push(alarm);
      else if (alarm.due < next) next = alarm.due;
    }
    if (next < wakesAt) wakeAt(next);
    for (const alarm of due) {
      // One that rang before may have dropped it.
      if (alarms.delete(alarm)) alarm.ring(now);
    }
  };

  return {
    set: (alarm) => {
      alarms.add(alarm);
      if (alarm.due < wakesAt) wakeAt(alarm.due);
    },
    drop: (alarm) => void alarms.delete(alarm),
    get size() {
      return alarms.size;
    },
  };
};
