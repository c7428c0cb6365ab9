import type { LocalaiError } from '../../errors.ts';
import { type Band, bandFor, bands } from './bands.ts';
import { createLine, type Line, type Waiting } from './line.ts';

/** What is to wait: for whom, how urgent, how large. */
export interface Entrant {
  readonly band: Band;
  /** Whose it is; owners of one band take turns. */
  readonly owner: string;
  /** Of its body. */
  readonly bytes: number;
}

/** The line as one request sees it. */
interface LineFacts {
  /** How many start from now until this one does, itself included. */
  readonly position: number;
  readonly running: number;
  readonly waiting: number;
  /** When there may be room for one more, s; from how long requests have run lately. */
  readonly retryAfter: number;
}

export interface Ticket {
  readonly started: boolean;
  /** How the line is for one that waits. */
  facts(): LineFacts;
  /** Ends it: gives the place back when it had one, steps out of the line when not. Only the first call counts. */
  leave(): void;
}

/** The line is too long to join. */
interface Refusal {
  /** With the place that it would have had. */
  readonly refused: LineFacts;
}

/** What becomes of a request in the line. */
export interface Turn {
  /** Its turn has come. `leave` is the ticket's own, for a request that ends before `enter` has returned. */
  readonly start: (leave: () => void) => void;
  /** It will never come. */
  readonly refuse: (why: LocalaiError) => void;
}

export interface QueueOptions {
  /** Requests that may run at once, now; none while the model is not ready. */
  readonly limit: () => number;
  /** What may wait, now: so many requests, and so many bytes of bodies, though a first one is always let in. */
  readonly room: () => { readonly requests: number; readonly bytes: number };
  /** ms of a monotonic clock. */
  readonly now: () => number;
}

export interface Queue {
  readonly running: number;
  readonly waiting: number;
  /** How many have started so far. */
  readonly started: number;
  /** When there may be room for one more, s. */
  readonly retryAfter: number;
  /** A place at once, to be given back by calling what is returned; undefined when it has to be waited for. */
  enterAtOnce(owner: string): (() => void) | undefined;
  /** Has a request started when its turn has come: at once, when there is room. */
  enter(entrant: Entrant, turn: Turn): Ticket | Refusal;
  /** To be called when the limit may have grown. */
  advance(): void;
  /** Sends everyone away who waits. */
  refuse(why: LocalaiError): void;
}

/** How much the newest request counts in the average. */
const weight = 0.2;

/** s. */
const longestAdvice = 60;

/** Who runs now and who waits for a model. Pure but for the clock it is given. */
export const createQueue = ({ limit, room, now }: QueueOptions): Queue => {
  const lines = new Map<Band, Line>(bands.map((band) => [band, createLine()]));
  const runningOf = new Map<string, number>();
  let running = 0;
  let waiting = 0;
  let waitingBytes = 0;
  let started = 0;
  /** Average ms that a request runs; 0 until it is known. */
  let service = 0;

  const lineOf = (band: Band): Line => lines.get(band) ?? createLine();

  const begin = (owner: string): void => {
    running += 1;
    started += 1;
    runningOf.set(owner, (runningOf.get(owner) ?? 0) + 1);
  };

  const noteEnd = (owner: string, ms: number): void => {
    running -= 1;
    const left = (runningOf.get(owner) ?? 1) - 1;
    if (left > 0) runningOf.set(owner, left);
    else runningOf.delete(owner);
    service = service === 0 ? ms : service + weight * (ms - service);
  };

  const startNext = (): void => {
    const band = bandFor(started + 1, (each) => lineOf(each).length > 0);
    const next = lineOf(band).take((owner) => runningOf.get(owner) ?? 0);
    if (!next) return;
    waiting -= 1;
    waitingBytes -= next.bytes;
    begin(next.owner);
    next.start();
  };

  let advancing = false;
  /** Not within itself: a thousand that fail as they start would fill the stack. */
  const advance = (): void => {
    if (advancing) return;
    advancing = true;
    while (waiting > 0 && running < limit()) startNext();
    advancing = false;
  };

  const advice = (): number => {
    const seconds = Math.ceil((service * (waiting + 1)) / Math.max(limit(), 1) / 1000);
    return Math.min(Math.max(seconds, 1), longestAdvice);
  };

  const factsFor = (band: Band, owner: string, entry?: Waiting): LineFacts => {
    const line = lineOf(band);
    const ahead = bands.slice(0, bands.indexOf(band)).reduce((sum, each) => sum + lineOf(each).length, 0);
    const position = ahead + line.position(owner, line.before(owner, entry));
    return { position, running, waiting, retryAfter: advice() };
  };

  /** Gives back a place of one's own. */
  const leaver = (owner: string): (() => void) => {
    const since = now();
    let left = false;
    return () => {
      if (left) return;
      left = true;
      noteEnd(owner, now() - since);
      advance();
    };
  };

  const enterAtOnce = (owner: string): (() => void) | undefined => {
    advance();
    if (waiting > 0 || running >= limit()) return undefined;
    begin(owner);
    return leaver(owner);
  };

  const wait = ({ band, owner, bytes }: Entrant, { start, refuse }: Turn): Ticket => {
    const line = lineOf(band);
    let leave: (() => void) | undefined;
    const onTurn = (): void => {
      leave = leaver(owner);
      start(leave);
    };
    const entry = { owner, bytes, start: onTurn, refuse };
    line.add(entry);
    waiting += 1;
    waitingBytes += bytes;
    return {
      get started() {
        return leave !== undefined;
      },
      facts: () => factsFor(band, owner, entry),
      leave: () => {
        if (leave) return leave();
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
    get started() {
      return started;
    },
    get retryAfter() {
      return advice();
    },
    enterAtOnce,
    enter: (entrant, turn) => {
      const { band, owner, bytes } = entrant;
      const leave = enterAtOnce(owner);
      if (leave) {
        turn.start(leave);
        return { started: true, facts: () => factsFor(band, owner), leave };
      }
      const most = room();
      const tooLarge = waiting > 0 && waitingBytes + bytes > most.bytes;
      if (waiting >= most.requests || tooLarge) return { refused: factsFor(band, owner) };
      return wait(entrant, turn);
    },
    advance,
    refuse: (why) => {
      for (const line of lines.values()) for (const entry of line.all()) entry.refuse(why);
    },
  };
};
