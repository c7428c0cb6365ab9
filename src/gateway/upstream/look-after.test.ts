import { expect, onTestFinished, test } from 'vitest';
import { manualClock } from '../../../test/fakes/clock.ts';
import { json, reset, type Script, startUpstream } from '../../../test/fakes/upstream.ts';
import { configOf, readyStatus, scriptedControl } from '../../../test/gateway/gateway.ts';
import { timeoutsOf } from '../options.ts';
import { openServedModels } from '../served-models.ts';
import { askHealth } from './ask-health.ts';
import { lookAfter } from './look-after.ts';
import { openUpstream } from './upstream.ts';

/** An engine that is looked after each 10 s. */
const scene = (engine: 'remote' | 'llamacpp' = 'remote', every = 10, problem?: string) => {
  const clock = manualClock();
  const closing = new AbortController();
  const upstream = { url: 'http://127.0.0.1:9' };
  const config = configOf([{ id: 'far', upstream, engine: { name: engine, file: '' } }]);
  const models = openServedModels({
    ...{ config, system: { clock }, upstreamKeys: undefined, closing: closing.signal },
    control: scriptedControl(new Map([['far', readyStatus('far')]])),
    timeouts: timeoutsOf(config, undefined),
  });
  const engineState: { problem: string | undefined } = { problem };
  const told: (string | undefined)[] = [];
  let asked = 0;
  const looking = lookAfter({
    models: () => models.all,
    seconds: () => every,
    clock,
    closing: closing.signal,
    tell: (_id, problem) => void told.push(problem),
    random: () => 0.5,
    ask: async () => {
      asked += 1;
      return engineState.problem;
    },
  });
  onTestFinished(async () => {
    closing.abort();
    await looking;
    await models.close();
  });
  return {
    clock,
    engineState,
    breaker: models.all[0].connections.breaker,
    /** What was told last; undefined: nothing is wrong. */
    problem: () => told.at(-1),
    asked: () => asked,
  };
};

const open = ({ breaker }: ReturnType<typeof scene>): void => {
  while (!breaker.isOpen) breaker.failed(0);
};

test('an engine elsewhere is asked at once and then now and then', async () => {
  const { clock, asked, problem } = scene();
  await clock.pass(0);
  expect(asked()).toBe(1);
  await clock.pass(25_000);
  expect([asked(), problem()]).toEqual([3, undefined]);
});

test('one that is not well is asked each second, and is well again as soon as it says so', async () => {
  const { clock, asked, problem, engineState } = scene('remote', 10, 'ECONNREFUSED');
  await clock.pass(5000);
  expect([asked(), problem()]).toEqual([6, 'ECONNREFUSED']);
  engineState.problem = undefined;
  await clock.pass(1000);
  expect([asked(), problem()]).toEqual([7, undefined]);
  await clock.pass(9000);
  expect(asked()).toBe(7);
});

test('one that a supervisor watches is asked only while requests are kept from it', async () => {
  const there = scene('llamacpp');
  const { clock, asked, breaker } = there;
  await clock.pass(30_000);
  expect(asked()).toBe(0);
  open(there);
  const wait = breaker.admit();
  expect(wait).toBeGreaterThan(0);
  await clock.pass(1000);
  expect(asked()).toBe(1);
  // Its word lets the next request through.
  expect(breaker.admit()).toBe(0);
});

test('never asked where it is turned off', async () => {
  const there = scene('remote', 0);
  open(there);
  await there.clock.pass(30_000);
  expect(there.asked()).toBe(0);
});

const never = new AbortController().signal;

test.each([
  ['is well', json({}), undefined],
  ['does not know the route is there all the same', json({ error: {} }, 404), undefined],
  ['wants another key is there all the same', json({ error: {} }, 401), undefined],
  ['answers 500 is not', json({}, 500), /500/],
  ['cuts the connection is not', reset, /ECONNRESET|UND_ERR_SOCKET/],
] as readonly (readonly [string, Script, RegExp | undefined])[])(
  'one that %s',
  async (_what, script, words) => {
    await using upstream = await startUpstream(script);
    const connections = openUpstream({
      ...{ endpoint: upstream.endpoint, key: 'sk-far', connectMs: 5000, clock: manualClock() },
    });
    const problem = await askHealth(connections, never);
    if (words) expect(problem).toMatch(words);
    else expect(problem).toBeUndefined();
    const [{ method, path, headers }] = upstream.calls as [(typeof upstream.calls)[number]];
    expect([method, path, headers.authorization]).toEqual(['GET', '/health', 'Bearer sk-far']);
    await connections.fresh.destroy();
  },
);
