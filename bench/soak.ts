/**
 * Whether the gateway holds on to anything: many streams for a long time, some of which go wrong in every known way.
 *
 *   node bench/soak.ts [--minutes 60] [--streams 64] [--faulty 5] [--json]
 *
 * Every answer is checked: whole ones byte for byte, broken ones for the error that their client must see. Before and
 * after, with nothing open, the gateway's process says what it holds. Ends with 1 when memory, sockets, timers or
 * gauges have not come back, or when an answer was not as it should be.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { createClient, type Outcome } from './soak/client.ts';
import { startSoakEngine } from './soak/engine.ts';
import type { Held } from './soak/gateway.ts';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string', default: '60' },
    streams: { type: 'string', default: '64' },
    faulty: { type: 'string', default: '5' },
    json: { type: 'boolean', default: false },
  },
});
const streams = Number(values.streams);
const duration = Number(values.minutes) * 60_000;

/** Fewer than there are streams, so that some wait. */
const places = Math.ceil(streams * 0.75);
const keys = ['lai-a', 'lai-b', 'lai-c', 'lai-d'];
const MiB = 1024 * 1024;

/** What the heap may have grown by, bytes: the code that was compiled since, buckets of metrics, names remembered. */
const heapSlack = 8 * MiB;
/** As the heap, and what the allocator keeps. */
const rssSlack = 64 * MiB;

const message = <T>(child: ChildProcess): Promise<T> =>
  new Promise((resolve) => child.once('message', (value) => resolve(value as T)));

const ask = <T>(child: ChildProcess, what: 'held' | 'rss'): Promise<T> => {
  const answer = message<T>(child);
  child.send(what);
  return answer;
};

const engine = await startSoakEngine();
const gateway = fork(join(import.meta.dirname, 'soak/gateway.ts'), [engine.url, String(places), ...keys], {
  execArgv: ['--expose-gc'],
});
const { url } = await message<{ url: string }>(gateway);
const client = createClient(url, keys, Number(values.faulty));

/** The gauges of what is open, by name. */
const gauges = async (): Promise<Readonly<Record<string, number>>> => {
  const text = await (await fetch(`${url}/metrics`)).text();
  const lines = text.matchAll(/^(localai_(?:running|waiting|open)_\w+(?:\{[^}]*\})?) (\S+)$/gm);
  return Object.fromEntries([...lines].map(([, name = '', value]) => [name, Number(value)]));
};

const total = new Map<string, { good: number; bad: number }>();
const bad: Outcome[] = [];
let answered = 0;

const note = (outcome: Outcome): void => {
  const seen = total.get(outcome.fault) ?? { good: 0, bad: 0 };
  total.set(outcome.fault, seen);
  answered += 1;
  if (outcome.good) seen.good += 1;
  else {
    seen.bad += 1;
    if (bad.length < 10) bad.push(outcome);
  }
};

const load = async (until: number): Promise<void> => {
  const worker = async (): Promise<void> => {
    while (performance.now() < until) note(await client.ask());
  };
  await Promise.all(Array.from({ length: streams }, worker));
};

/** Waits until nobody has anything open, for longer than idle connections are kept, and asks what is still held. */
const settled = async (): Promise<Held> => {
  client.letGo();
  const limit = performance.now() + 20_000;
  while (engine.connections > 0 && performance.now() < limit) await delay(100);
  return ask<Held>(gateway, 'held');
};

const inMiB = (bytes: number): string => (bytes / MiB).toFixed(1);

const say = (...cells: readonly (string | number)[]): void => {
  if (!values.json) console.log(cells.map((cell) => String(cell).padStart(9)).join(' '));
};

const watch = async (begun: number, until: number): Promise<void> => {
  say('minute', 'answers', 'RSS MiB', 'running', 'waiting', 'engine');
  const pause = Math.max(1000, duration / 30);
  while (performance.now() + pause < until) {
    await delay(pause);
    const { rss } = await ask<{ rss: number }>(gateway, 'rss');
    const now = await gauges();
    const of = (name: string): number | string => now[`localai_${name}_requests{model="tiny"}`] ?? '-';
    const minute = ((performance.now() - begun) / 60_000).toFixed(1);
    say(minute, answered, inMiB(rss), of('running'), of('waiting'), engine.connections);
  }
};

const started = await gauges();
// What is compiled, connected and allocated once is no leak.
await load(performance.now() + Math.min(60_000, Math.max(2000, duration / 10)));
const before = await settled();
const begun = performance.now();
await Promise.all([load(begun + duration), watch(begun, begun + duration)]);
const after = await settled();
const ended = await gauges();
gateway.disconnect();
await engine.close();

const faults: string[] = [];
const check = (holds: boolean, fault: string): void => {
  if (!holds) faults.push(fault);
};
check(Object.keys(started).length > 0, 'the gateway shows no gauges');
for (const [name, value] of Object.entries(ended)) {
  check(value === (started[name] ?? 0), `${name} is ${value}, and was ${started[name] ?? 0}`);
}
check(after.sockets <= before.sockets, `${after.sockets} sockets are held, and were ${before.sockets}`);
check(after.timers <= before.timers + 2, `${after.timers} timers are held, and were ${before.timers}`);
check(after.heap - before.heap <= heapSlack, `the heap grew by ${inMiB(after.heap - before.heap)} MiB`);
check(after.rss - before.rss <= rssSlack, `the process grew by ${inMiB(after.rss - before.rss)} MiB`);
for (const { fault, answer } of bad) {
  const said = `${answer.status}${answer.whole ? '' : ', cut off'}: ${answer.body.slice(-200)}`;
  faults.push(`fault "${fault}" was answered with ${said}`);
}

if (values.json) {
  console.log(JSON.stringify({ answered, before, after, outcomes: Object.fromEntries(total), faults }));
} else {
  console.log();
  for (const [fault, { good, bad: wrong }] of total) {
    console.log(fault.padEnd(26), String(good).padStart(8), wrong > 0 ? `${wrong} wrong` : '');
  }
  const rows = [
    ['RSS MiB', inMiB(before.rss), inMiB(after.rss)],
    ['heap MiB', inMiB(before.heap), inMiB(after.heap)],
    ['sockets', before.sockets, after.sockets],
    ['timers', before.timers, after.timers],
  ] as const;
  console.log();
  say('', 'before', 'after');
  for (const row of rows) say(...row);
  for (const fault of faults) console.log(`\n${fault}`);
}
process.exitCode = faults.length > 0 ? 1 : 0;
