import { type Band, bandFor, bands } from './bands.ts';
import { createLine, type Line } from './line.ts';

/** What is to wait: for whom, how urgent, how large. */
export interface Entrant {
  readonly band: Band;
  /** Whose it is; owners of one band take turns. */
  readonly owner: string;
  /** Of its body. */
  readonly bytes: number;
}

export interface Ticket {
  /** 0 when it was started at once; else how many start before this one, itself included, when it came. */
  readonly position: number;
  /** Ends it: gives the place back when it had one, steps out of the line when not. Only the first call counts. */
  leave(): void;
}

/** The line is too long to join. */
interface Refusal {
  readonly waiting: number;
  /** When there may be room again, s; from how fast requests have ended lately. */
  readonly retryAfter: number;
}

export interface QueueOptions {
  /** Requests that may run at once, now; a model may be started anew with another capacity. */
  readonly limit: () => number;
  /** Requests that may wait. */
  readonly maxWaiting: number;
  /** Bytes of bodies that may wait; a first one is always let in. */
  readonly maxBytes: number;
  /** ms of a monotonic clock. */
  readonly now: () => number;
}

export interface Queue {
  readonly running: number;
  readonly waiting: number;
  /**
   * Calls `start` when the request's turn has come: at once, when there is room. `leave` is the ticket's own, for a
   * request that ends before this has returned.
   */
  enter(entrant: Entrant, start: (leave: () => void) => void): Ticket | Refusal;
}

/** How much the newest gap between two ends counts in the average. */
const weight = 0.2;

/** s. */
const longestAdvice = 60;

/** Who runs now and who waits for a model. Pure but for the clock it is given. */
export const createQueue = ({ limit, maxWaiting, maxBytes, now }: QueueOptions): Queue => {
  const lines = new Map<Band, Line>(bands.map((band) => [band, createLine()]));
  const runningOf = new Map<string, number>();
  let running = 0;
  let waiting = 0;
  let waitingBytes = 0;
  let started = 0;
  let lastEnd = 0;
  /** Average ms between two ends; 0 until it is known. */
  let gap = 0;

  const lineOf = (band: Band): Line => lines.get(band) ?? createLine();

  const begin = (owner: string): void => {
    running += 1;
    started += 1;
    runningOf.set(owner, (runningOf.get(owner) ?? 0) + 1);
  };

  const noteEnd = (owner: string): void => {
    running -= 1;
    const left = (runningOf.get(owner) ?? 1) - 1;
    if (left > 0) runningOf.set(owner, left);
    else runningOf.delete(owner);
    const time = now();
    if (lastEnd !== 0) gap = gap === 0 ? time - lastEnd : gap + weight * (time - lastEnd - gap);
    lastEnd = time;
  };

  const startWaiting = (): void => {
    while (waiting > 0 && running < limit()) {
      const band = bandFor(started + 1, (each) => lineOf(each).length > 0);
      const next = lineOf(band).take((owner) => runningOf.get(owner) ?? 0);
      if (!next) return;
      waiting -= 1;
      waitingBytes -= next.bytes;
      begin(next.owner);
      next.start();
    }
  };

  const advice = (): number => {
    const seconds = Math.ceil((gap * (waiting + 1)) / 1000);
    return Math.min(Math.max(seconds, 1), longestAdvice);
  };

  /** A place of one's own. */
  const run = (owner: string, position: number): Ticket => {
    let left = false;
    return {
      position,
      leave: () => {
        if (left) return;
        left = true;
        noteEnd(owner);
        startWaiting();
      },
    };
  };

  const wait = ({ band, owner, bytes }: Entrant, start: (leave: () => void) => void): Ticket => {
    const line = lineOf(band);
    let ticket: Ticket | undefined;
    const onTurn = (): void => {
      ticket = run(owner, 0);
      start(ticket.leave);
    };
    const entry = { owner, bytes, start: onTurn };
    line.add(entry);
    waiting += 1;
    waitingBytes += bytes;
    const ahead = bands.slice(0, bands.indexOf(band)).map((each) => lineOf(each).length);
    return {
      position: ahead.reduce((sum, length) => sum + length, line.position(owner)),
      leave: () => {
        if (ticket) return ticket.leave();
        if (!line.remove(entry)) return;
        waiting -= 1;
        waitingBytes -= bytes;
      },
    };
  };

  return {
    get running() {
      return running;
    },
    get waiting() {
      return waiting;
    },
    enter: (entrant, start) => {
      startWaiting();
      if (waiting === 0 && running < limit()) {
        begin(entrant.owner);
        const ticket = run(entrant.owner, 0);
        start(ticket.leave);
        return ticket;
      }
      const tooLarge = waiting > 0 && waitingBytes + entrant.bytes > maxBytes;
      if (waiting >= maxWaiting || tooLarge) return { waiting, retryAfter: advice() };
      return wait(entrant, start);
    },
  };
};
