import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failure } from '../../errors.ts';
import { type Band, bands } from './bands.ts';
import { createQueue, type Entrant, type Queue, type Ticket, type Turn } from './queue.ts';

const entrant = (owner: string, band: Band = 'chat', bytes = 1): Entrant => ({ owner, band, bytes });

const room = (requests: number, bytes = 1e9) => ({ room: () => ({ requests, bytes }) });

const queueOf = (limit: number, change: Partial<Parameters<typeof createQueue>[0]> = {}): Queue =>
  createQueue({ limit: () => limit, ...room(1000), now: () => 0, ...change });

const never = { start: () => {}, refuse: () => {} };

/** Enters one that is let in. */
const letIn = (queue: Queue, who: Entrant, turn: Partial<Turn> = {}): Ticket => {
  const result = queue.enter(who, { ...never, ...turn });
  if ('refused' in result) throw new Error('refused');
  return result;
};

const place = (ticket: Ticket): number => ticket.facts().position;

/** Lets requests in by name; `order` has their names as they start. */
const scene = (queue: Queue) => {
  const order: string[] = [];
  const tickets = new Map<string, Ticket>();
  const enter = (name: string, who: Entrant): Ticket => {
    const ticket = letIn(queue, who, { start: () => order.push(name) });
    tickets.set(name, ticket);
    return ticket;
  };
  /** Ends what runs, one after the other, until nobody is left. */
  const runOut = (): void => {
    for (let at = 0; at < order.length; at += 1) tickets.get(order[at] ?? '')?.leave();
  };
  return { order, enter, runOut };
};

test('as many run as may, the others follow in their order', () => {
  const queue = queueOf(2);
  const { order, enter, runOut } = scene(queue);
  for (const name of ['1', '2', '3', '4']) enter(name, entrant('a'));
  expect(order).toEqual(['1', '2']);
  expect([queue.running, queue.waiting]).toEqual([2, 2]);
  runOut();
  expect(order).toEqual(['1', '2', '3', '4']);
  expect([queue.running, queue.waiting]).toEqual([0, 0]);
});

test('owners take turns, whoever came with more', () => {
  const { order, enter, runOut } = scene(queueOf(1));
  for (const name of ['a1', 'a2', 'a3', 'a4']) enter(name, entrant('a'));
  const [b1, b2] = [enter('b1', entrant('b')), enter('b2', entrant('b'))];
  expect([place(b1), place(b2)]).toEqual([2, 4]);
  runOut();
  expect(order).toEqual(['a1', 'a2', 'b1', 'a3', 'b2', 'a4']);
});

test('who types goes before who reads, and they before batches', () => {
  const { order, enter, runOut } = scene(queueOf(1));
  enter('first', entrant('a'));
  enter('batch', entrant('a', 'batch'));
  enter('chat', entrant('a', 'chat'));
  expect(place(enter('typing', entrant('a', 'autocomplete')))).toBe(1);
  runOut();
  expect(order).toEqual(['first', 'typing', 'chat', 'batch']);
});

test('one that waits can step out, and twice is once', () => {
  const queue = queueOf(1);
  const { order, enter } = scene(queue);
  const first = enter('1', entrant('a'));
  const second = enter('2', entrant('a'));
  enter('3', entrant('a'));
  second.leave();
  second.leave();
  expect(queue.waiting).toBe(1);
  first.leave();
  first.leave();
  expect(order).toEqual(['1', '3']);
  expect(queue.running).toBe(1);
});

test('a place in line moves up as others start', () => {
  const { order, enter } = scene(queueOf(1));
  const first = enter('1', entrant('a'));
  const [second, third, other] = [
    enter('2', entrant('a')),
    enter('3', entrant('a')),
    enter('b', entrant('b')),
  ];
  expect([second, third, other].map(place)).toEqual([1, 3, 2]);
  first.leave();
  expect(order).toEqual(['1', '2']);
  expect([second.started, ...[other, third].map(place)]).toEqual([true, 1, 2]);
});

test('too many, and too many bytes, are refused with advice from how long requests run', () => {
  let time = 0;
  const queue = queueOf(2, { ...room(3, 100), now: () => time });
  for (let at = 0; at < 5; at += 1) {
    // What was idle between them does not count.
    time += 60_000;
    const one = letIn(queue, entrant('a'));
    time += 4000;
    one.leave();
  }
  letIn(queue, entrant('a'));
  letIn(queue, entrant('a'));
  letIn(queue, entrant('a', 'chat', 90));
  const facts = { running: 2, waiting: 1, position: 2, retryAfter: 4 };
  expect(queue.enter(entrant('a', 'chat', 20), never)).toEqual({ refused: facts });
  letIn(queue, entrant('a'));
  letIn(queue, entrant('a'));
  expect(queue.enter(entrant('b'), never)).toEqual({
    refused: { running: 2, waiting: 3, position: 2, retryAfter: 8 },
  });
});

test('a body larger than all that may wait still waits when it is the first', () => {
  const queue = queueOf(1, room(1000, 10));
  letIn(queue, entrant('a'));
  expect(place(letIn(queue, entrant('a', 'chat', 50)))).toBe(1);
});

test('while nothing may run all wait, and go on as soon as some may', () => {
  let limit = 0;
  const queue = queueOf(0, { limit: () => limit });
  const { order, enter } = scene(queue);
  for (const name of ['1', '2', '3']) enter(name, entrant('a'));
  expect([order, queue.waiting]).toEqual([[], 3]);
  limit = 2;
  queue.advance();
  expect([order, queue.running, queue.waiting]).toEqual([['1', '2'], 2, 1]);
});

test('ten thousand that end as they start do not fill the stack', () => {
  let limit = 0;
  const queue = queueOf(0, { limit: () => limit, ...room(10_000) });
  let ended = 0;
  const start = (leave: () => void): void => {
    ended += 1;
    leave();
  };
  for (let at = 0; at < 10_000; at += 1) letIn(queue, entrant(`o${at % 100}`), { start });
  limit = 1;
  queue.advance();
  expect([ended, queue.running, queue.waiting]).toEqual([10_000, 0, 0]);
});

test('everyone who waits can be sent away; who runs stays', () => {
  const queue = queueOf(1);
  const why = failure('SHUTTING_DOWN', { retryAfter: 1 });
  const told: unknown[] = [];
  const running = letIn(queue, entrant('a'));
  for (const band of bands) {
    const ticket = letIn(queue, entrant(band, band), {
      refuse: (reason) => {
        ticket.leave();
        told.push(reason);
      },
    });
  }
  queue.refuse(why);
  expect(told).toEqual([why, why, why]);
  expect([queue.running, queue.waiting]).toEqual([1, 0]);
  running.leave();
  expect(queue.running).toBe(0);
});

/** Runs a queue in its own time, in which each request takes 1; returns what each waited. */
const simulate = (limit: number, arrivals: readonly (Entrant & { readonly at: number })[]) => {
  let time = 0;
  const ends: { readonly at: number; readonly end: () => void }[] = [];
  const queue = queueOf(limit, { now: () => time });
  const waits: { readonly who: Entrant; readonly waited: number; readonly started: number }[] = [];
  const coming = [...arrivals];
  for (;;) {
    ends.sort((a, b) => a.at - b.at);
    const [nextEnd] = ends;
    const [nextCome] = coming;
    if (!nextEnd && !nextCome) return waits;
    if (nextEnd && (!nextCome || nextEnd.at <= nextCome.at)) {
      time = nextEnd.at;
      ends.shift();
      nextEnd.end();
      continue;
    }
    const who = coming.shift();
    if (!who) return waits;
    time = who.at;
    const holder: { ticket?: Ticket } = {};
    const start = (): void => {
      waits.push({ who, waited: time - who.at, started: time });
      ends.push({ at: time + 1, end: () => holder.ticket?.leave() });
    };
    holder.ticket = letIn(queue, who, { start });
  }
};

const p95 = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length * 0.95)] ?? Number.NaN;

test('beside a key with 30 requests open, another waits at most 1.5 service times', () => {
  const flood = Array.from({ length: 630 }, (_, at) => ({
    ...entrant('a'),
    at: at < 30 ? 0 : (at - 30) / 4,
  }));
  const single = Array.from({ length: 60 }, (_, at) => ({ ...entrant('b'), at: 1.3 + at * 2.37 }));
  const waits = simulate(
    4,
    [...flood, ...single].sort((x, y) => x.at - y.at),
  );
  const waited = waits.filter(({ who }) => who.owner === 'b').map((wait) => wait.waited);
  expect(waited).toHaveLength(60);
  expect(p95(waited)).toBeLessThanOrEqual(1.5);
});

test('under chat load autocomplete waits at most one service time, and batch gets its 5 %', () => {
  const chats = Array.from({ length: 800 }, (_, at) => ({ ...entrant(`c${at % 5}`), at: at / 8 }));
  const typing = Array.from({ length: 80 }, (_, at) => ({
    ...entrant('t', 'autocomplete'),
    at: 0.7 + at * 1.17,
  }));
  const batch = Array.from({ length: 200 }, () => ({ ...entrant('n', 'batch'), at: 0.1 }));
  const waits = simulate(
    4,
    [...chats, ...typing, ...batch].sort((x, y) => x.at - y.at),
  );
  const typed = waits.filter(({ who }) => who.band === 'autocomplete').map((wait) => wait.waited);
  expect(p95(typed)).toBeLessThanOrEqual(1);
  const loaded = waits.filter(({ started }) => started > 2 && started < 100);
  const share = loaded.filter(({ who }) => who.band === 'batch').length / loaded.length;
  expect(share).toBeGreaterThanOrEqual(0.045);
  expect(share).toBeLessThanOrEqual(0.1);
});

test('whatever comes and goes, the counts hold and everyone who stays gets a turn', () => {
  const action = fc.record({
    enters: fc.boolean(),
    owner: fc.constantFrom('a', 'b', 'c'),
    band: fc.constantFrom(...bands),
    pick: fc.nat(),
  });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), fc.integer({ min: 1, max: 4 }), (actions, limit) => {
      const queue = queueOf(limit);
      const open: { readonly ticket: Ticket; readonly state: { started: boolean } }[] = [];
      for (const { enters, owner, band, pick } of actions) {
        if (enters || open.length === 0) {
          const state = { started: false };
          const begin = (): void => {
            state.started = true;
          };
          open.push({ ticket: letIn(queue, entrant(owner, band), { start: begin }), state });
        } else open.splice(pick % open.length, 1)[0]?.ticket.leave();
        expect(queue.running).toBe(open.filter(({ state }) => state.started).length);
        expect(queue.running).toBe(Math.min(limit, open.length));
        expect(queue.waiting).toBe(open.length - queue.running);
      }
      while (open.length > 0) {
        const at = open.findIndex(({ state }) => state.started);
        open.splice(at, 1)[0]?.ticket.leave();
      }
      expect([queue.running, queue.waiting]).toEqual([0, 0]);
    }),
    { numRuns: 1000 },
  );
});
