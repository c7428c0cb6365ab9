import { expect, test } from 'vitest';
import { manualClock } from '../../../test/support/manual-clock.ts';
import type { ModelState } from '../../api/models.ts';
import type { ModelUse } from './model-use.ts';
import type { TurnMember, TurnRules } from './turn-group.ts';
import { Turns } from './turns.ts';

const loadMs = 2000;
const rules = (change: Partial<TurnRules> = {}): TurnRules => ({
  ...{ group: 'card', pinned: false, residenceSeconds: 30 },
  ...change,
});

interface FakeMember extends TurnMember {
  broken: boolean;
}

/** Models that load in two seconds, and who is loaded when. */
const scene = (given: Readonly<Record<string, TurnRules>>) => {
  const clock = manualClock();
  const log: string[] = [];
  const states = new Map<string, ModelState>();
  const begun = clock.now();
  const note = (what: string): void => void log.push(`${(clock.now() - begun) / 1000} ${what}`);
  const busy = new Set<string>();
  const started = new Map<string, number>();
  let freed = Promise.withResolvers<void>();
  const use: ModelUse = {
    isBusy: (id) => busy.has(id),
    started: (id) => started.get(id) ?? 0,
    drained: async (id) => {
      while (busy.has(id)) await freed.promise;
    },
  };
  const member = (id: string, of: TurnRules): FakeMember => {
    const self: FakeMember = {
      ...{ id, rules: of, broken: false },
      state: () => states.get(id) ?? 'stopped',
      load: () => {
        const others = [...states].filter(
          ([other, state]) => other !== id && (state === 'loading' || state === 'ready'),
        );
        if (of.group !== undefined)
          expect(others.filter(([other]) => given[other]?.group === of.group)).toEqual([]);
        note(`${id} loads`);
        states.set(id, 'loading');
      },
      loaded: async () => {
        await clock.sleep(loadMs);
        states.set(id, self.broken ? 'error' : 'ready');
        if (self.broken) throw new Error('broken');
        note(`${id} ready`);
      },
      unload: async () => {
        note(`${id} out`);
        states.set(id, 'stopped');
      },
    };
    return self;
  };
  const members = new Map(Object.entries(given).map(([id, of]) => [id, member(id, of)]));
  const changes: string[] = [];
  const turns = new Turns({
    clock,
    members: () => [...members.values()],
    onChange: (id) => void changes.push(id),
    tickMs: 1000,
    drainMs: 600_000,
  });
  return {
    ...{ clock, log, turns, use, busy, started, members },
    free: (id: string): void => {
      busy.delete(id);
      freed.resolve();
      freed = Promise.withResolvers();
    },
  };
};

test('the first of a group is loaded; another one waits until it has stayed its time, and then has the same', async () => {
  const { clock, log, turns, use } = scene({ a: rules(), b: rules() });
  turns.start(use);
  await clock.advance(loadMs);
  turns.want('b');
  expect(turns.standing('b')).toEqual({ is: 'wanted', after: 'a', readyInMs: 30_000 + loadMs });
  await clock.advance(10_000);
  expect(turns.standing('b')).toMatchObject({ readyInMs: 20_000 + loadMs });
  turns.want('a');
  expect(turns.standing('a')).toEqual({ is: 'in' });
  await clock.advance(25_000);
  turns.want('a');
  await clock.advance(100_000);
  turns.stop();
  expect(log).toEqual([
    '0 a loads',
    '2 a ready',
    '32 a out',
    '32 b loads',
    '34 b ready',
    '64 b out',
    '64 a loads',
    '66 a ready',
  ]);
});

test('two users who take turns do not thrash: each swap is at least a residence after the one before', async () => {
  const { clock, log, turns, use } = scene({ a: rules(), b: rules() });
  turns.start(use);
  for (let second = 0; second < 600; second++) {
    turns.want(second % 2 === 0 ? 'a' : 'b');
    await clock.advance(1000);
  }
  turns.stop();
  const ready = log.filter((line) => line.endsWith('ready')).map((line) => Number(line.split(' ')[0]));
  expect(ready.length).toBeGreaterThan(15);
  for (const [at, time] of ready.slice(1).entries())
    expect(time - (ready[at] ?? 0)).toBeGreaterThanOrEqual(32);
});

test('answers that have begun end before their model goes; meanwhile it takes no others', async () => {
  const { clock, log, turns, use, busy, free } = scene({ a: rules({ residenceSeconds: 0 }), b: rules() });
  turns.start(use);
  await clock.advance(loadMs);
  busy.add('a');
  turns.want('b');
  await clock.advance(60_000);
  expect(turns.standing('a')).toEqual({ is: 'leaving' });
  expect(log.at(-1)).toBe('2 a ready');
  turns.want('a');
  expect(turns.standing('a')).toMatchObject({ is: 'wanted' });
  free('a');
  await clock.advance(0);
  expect(log.at(-1)).toBe('62 b loads');
  await clock.advance(60_000);
  expect(log.at(-1)).toBe('96 a ready');
  turns.stop();
});

test('who was asked for first has the first turn', async () => {
  const { clock, log, turns, use } = scene({ a: rules(), b: rules(), c: rules() });
  turns.start(use);
  await clock.advance(loadMs);
  turns.want('c');
  turns.want('b');
  expect(turns.standing('b')).toMatchObject({ is: 'wanted', readyInMs: 30_000 + loadMs + 30_000 + loadMs });
  await clock.advance(200_000);
  turns.stop();
  expect(log.filter((line) => line.endsWith('ready')).map((line) => line.split(' ')[1])).toEqual([
    'a',
    'c',
    'b',
  ]);
});

test('one that cannot be loaded keeps nobody waiting', async () => {
  const { clock, log, turns, use, members } = scene({
    a: rules({ residenceSeconds: 0 }),
    b: rules(),
    c: rules(),
  });
  const b = members.get('b');
  if (b) b.broken = true;
  turns.start(use);
  await clock.advance(loadMs);
  turns.want('b');
  turns.want('c');
  await clock.advance(5000);
  expect(log.at(-1)).toBe('6 c ready');
  turns.stop();
});

test('the pinned one is loaded first; who asks for another of its group is told who is in the way', () => {
  const { turns } = scene({ a: rules(), b: rules({ pinned: true }), c: rules({ group: 'other' }) });
  expect(turns.pinnedInstead('a')).toBe('b');
  expect(turns.pinnedInstead('b')).toBeUndefined();
  expect(turns.pinnedInstead('c')).toBeUndefined();
});

test('a model that nobody uses is unloaded after its time, and comes back when it is asked for', async () => {
  const alone: TurnRules = { pinned: false, residenceSeconds: 30, idleSeconds: 60 };
  const { clock, log, turns, use, busy, free, started } = scene({ a: alone });
  turns.start(use);
  await clock.advance(loadMs + 50_000);
  started.set('a', 1);
  await clock.advance(50_000);
  busy.add('a');
  await clock.advance(300_000);
  free('a');
  expect(log).toEqual(['0 a loads', '2 a ready']);
  await clock.advance(62_000);
  expect(log.at(-1)).toMatch(/a out$/);
  expect(turns.standing('a')).toEqual({ is: 'out' });
  turns.want('a');
  await clock.advance(loadMs);
  expect(log.at(-1)).toMatch(/a ready$/);
  turns.stop();
});

test('before anybody was loaded nobody knows how long it takes; afterwards all do', async () => {
  const { clock, turns, use } = scene({ a: rules(), b: rules() });
  turns.start(use);
  turns.want('b');
  expect(turns.loadingMs('a')).toBeUndefined();
  expect(turns.standing('b')).toMatchObject({ is: 'wanted', readyInMs: undefined });
  await clock.advance(loadMs);
  expect(turns.standing('b')).toMatchObject({ readyInMs: 30_000 + loadMs });
  await clock.advance(30_500);
  expect(turns.loadingMs('b')).toBeUndefined();
  turns.want('a');
  expect(turns.standing('a')).toMatchObject({ is: 'wanted', after: 'b' });
  turns.stop();
});
