import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { KeyRecord } from '../../config/keys.ts';
import { realClock } from '../../system/clock.ts';
import { realFiles } from '../../system/files.ts';
import type { Exchange } from '../exchange.ts';
import { dateOf, UsageBook } from './usage-book.ts';
import { usageReport } from './usage-report.ts';
import { createUsageStore, type UsageStore } from './usage-store.ts';

const day = 20_000;
const noon = (day + 0.5) * 24 * 3600 * 1000;

let folder: string;
let file: string;
let now: number;
let wake: () => void;
let lines: { readonly level: number; readonly msg: string; readonly problem?: string }[];
let stores: UsageStore[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'localai-usage-'));
  file = join(folder, 'state', 'gateway.db');
  now = noon;
  wake = () => {};
  lines = [];
  stores = [];
});
afterEach(async () => {
  for (const store of stores) await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The store's sleep is over, and it is at work. */
const slept = async (): Promise<void> => {
  wake();
  await realClock.sleep(0);
};

/** Time passes when a test says so. */
const clock = {
  now: () => now,
  monotonic: () => now,
  sleep: (_ms: number, signal?: AbortSignal) =>
    new Promise<void>((resolve, reject) => {
      wake = resolve;
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    }),
};

/** A store whose requests end now. */
interface TestStore extends Omit<UsageStore, 'note'> {
  note(exchange: Exchange): void;
}

const open = (files = realFiles): TestStore => {
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const store = createUsageStore({ file, files, clock, log });
  stores.push(store);
  return {
    ...store,
    get saved() {
      return store.saved;
    },
    note: (one: Exchange) => store.note(one, now),
  };
};

const key = (id: string): KeyRecord => ({
  id,
  name: `${id}'s key`,
  sha256: '',
  scopes: ['inference'],
  createdAt: 0,
});

const exchange = (change: Partial<Exchange> = {}): Exchange =>
  ({
    key: key('ann'),
    endpoint: '/v1/chat/completions',
    model: 'tiny',
    status: 200,
    usage: { prompt: 10, completion: 5 },
    ...change,
  }) as Exchange;

const report = async (store: TestStore, query: { key?: string; model?: string } = {}, days = 30) => {
  const since = day - days + 1;
  return usageReport(await store.read({ since, ...query }), { since, days, saved: store.saved });
};

/** What is in the file, whoever has it open. */
const written = (): readonly Record<string, unknown>[] => {
  const database = new DatabaseSync(file);
  try {
    return database
      .prepare('SELECT * FROM usage')
      .all()
      .map((row) => ({ ...row }));
  } finally {
    database.close();
  }
};

test('requests, errors and tokens by key, model and day, and when each was last used', async () => {
  const store = open();
  store.note(exchange());
  store.note(exchange({ usage: undefined }));
  store.note(exchange({ status: 400, usage: undefined }));
  store.note(exchange({ status: 499, usage: { prompt: 10, completion: 2 } }));
  store.note(exchange({ fault: 'UPSTREAM_DIED', usage: undefined }));
  now += 1000;
  store.note(exchange({ key: undefined, model: 'big' }));
  now += 24 * 3600 * 1000;
  store.note(exchange({ key: key('bob'), endpoint: '/tokenize', usage: undefined }));
  // Neither key nor model: a visitor of the start page.
  store.note(exchange({ key: undefined, model: undefined, endpoint: undefined }));
  now += 1000;
  store.note(exchange({ model: undefined, endpoint: undefined }));
  expect(await report(store)).toEqual({
    schemaVersion: 1,
    since: dateOf(day - 29),
    days: 30,
    saved: true,
    total: { requests: 7, errors: 2, promptTokens: 30, completionTokens: 12, unknownUsage: 1 },
    rows: [
      {
        ...{ day: dateOf(day + 1), key: 'bob', model: 'tiny', requests: 1, errors: 0 },
        ...{ promptTokens: 0, completionTokens: 0, unknownUsage: 0 },
      },
      {
        ...{ day: dateOf(day), key: 'ann', model: 'tiny', requests: 5, errors: 2 },
        ...{ promptTokens: 20, completionTokens: 7, unknownUsage: 1 },
      },
      {
        ...{ day: dateOf(day), key: 'anyone', model: 'big', requests: 1, errors: 0 },
        ...{ promptTokens: 10, completionTokens: 5, unknownUsage: 0 },
      },
    ],
    keys: [
      expect.objectContaining({ id: 'ann', name: "ann's key", lastUsed: now, requests: 5 }),
      expect.objectContaining({ id: 'bob', lastUsed: now - 1000, requests: 1 }),
      expect.objectContaining({ id: 'anyone', requests: 1 }),
    ],
    models: [
      expect.objectContaining({ id: 'tiny', lastUsed: now - 1000, requests: 6 }),
      expect.objectContaining({ id: 'big', requests: 1 }),
    ],
  });
});

test('a batch is written after a while, in a file that only we may read, and adds to what is there', async () => {
  const first = open();
  first.note(exchange());
  first.note(exchange());
  expect(readdirSync(folder)).toEqual([]);
  await slept();
  await first.read({ since: 0 });
  expect(written()).toEqual([
    { day, key: 'ann', model: 'tiny', requests: 2, errors: 0, prompt: 20, completion: 10, unknown: 0 },
  ]);
  for (const name of readdirSync(join(folder, 'state'))) {
    expect(statSync(join(folder, 'state', name)).mode & 0o777).toBe(0o600);
  }
  await first.close();
  const second = open();
  second.note(exchange());
  await second.close();
  expect(written()).toMatchObject([{ requests: 3, prompt: 30 }]);
  expect(lines).toEqual([]);
});

test('what is asked for is narrowed, last uses are not', async () => {
  const store = open();
  for (const id of ['ann', 'bob'])
    for (const model of ['tiny', 'big']) store.note(exchange({ key: key(id), model }));
  now += 24 * 3600 * 1000;
  store.note(exchange());
  await store.close();
  const again = open();
  again.note(exchange());
  expect((await report(again, { key: 'ann' })).rows.map(({ requests }) => requests)).toEqual([2, 1, 1]);
  expect((await report(again, { key: 'ann', model: 'big' })).total.requests).toBe(1);
  const today = await report(again, {}, 0);
  expect(today.rows).toMatchObject([{ day: dateOf(day + 1), requests: 2 }]);
  expect(today.keys).toMatchObject([
    { id: 'ann', requests: 2 },
    { id: 'bob', requests: 0, lastUsed: noon },
  ]);
});

describe('serving goes on, and one line says so', () => {
  /** Fails, counts in memory, works again: nothing is lost. */
  const outage = async (store: TestStore, repair: () => void): Promise<void> => {
    store.note(exchange());
    await slept();
    expect((await report(store, { key: 'ann' })).total.requests).toBe(1);
    expect(store.saved).toBe(false);
    store.note(exchange());
    await slept();
    await report(store);
    expect(lines).toMatchObject([{ level: 40, msg: expect.stringContaining('in memory only') }]);
    repair();
    store.note(exchange());
    await slept();
    expect((await report(store)).total.requests).toBe(3);
    expect(store.saved).toBe(true);
    expect(lines).toHaveLength(2);
    expect(lines[1]).toMatchObject({ level: 30, msg: 'usage is saved again' });
    await store.close();
    expect(written()).toMatchObject([{ requests: 3 }]);
  };

  test('while somebody else has it locked', async () => {
    await open().close();
    const before = open();
    before.note(exchange({ key: key('eve') }));
    await before.close();
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE; DELETE FROM usage');
    await outage(open(), () => other.exec('COMMIT'));
    other.close();
  });

  test('where its folder cannot be made', async () => {
    writeFileSync(join(folder, 'state'), 'a file');
    await outage(open(), () => rmSync(join(folder, 'state')));
  });

  test('where the disk may only be read', async () => {
    let readOnly = true;
    const fault = Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' });
    const files: typeof realFiles = {
      ...realFiles,
      open: (...args) => (readOnly ? Promise.reject(fault) : realFiles.open(...args)),
    };
    await outage(open(files), () => {
      readOnly = false;
    });
  });

  test('where a newer localai has written it: it stays as it is', async () => {
    mkdirSync(join(folder, 'state'));
    const newer = new DatabaseSync(file);
    newer.exec('PRAGMA user_version = 7');
    newer.close();
    const store = open();
    store.note(exchange());
    await slept();
    expect((await report(store)).total.requests).toBe(1);
    expect(lines).toMatchObject([{ level: 40, problem: expect.stringContaining('version 7') }]);
  });
});

describe('a damaged file is put aside, and counting goes on in a new one', () => {
  const damages: readonly (readonly [string, () => void])[] = [
    ['text', () => writeFileSync(file, 'this is no database'.repeat(1000))],
    ['half of it', () => truncateSync(file, 5000)],
  ];
  test.each(damages)('%s', async (_what, damage) => {
    const before = open();
    for (let each = 0; each < 300; each += 1) before.note(exchange({ key: key(`key ${each}`) }));
    await before.close();
    damage();
    const store = open();
    store.note(exchange());
    await slept();
    expect((await report(store)).total.requests).toBe(1);
    expect(store.saved).toBe(true);
    expect(lines).toMatchObject([{ level: 40, msg: expect.stringContaining('put aside') }]);
    const names = readdirSync(join(folder, 'state'));
    expect(names.filter((name) => /^gateway\.db\.damaged-\d+$/.test(name))).toHaveLength(1);
    await store.close();
    expect(written()).toMatchObject([{ key: 'ann', requests: 1 }]);
  });
});

test('a file that is removed while it is open is made anew', async () => {
  const store = open();
  store.note(exchange());
  await slept();
  await report(store);
  rmSync(join(folder, 'state'), { recursive: true });
  store.note(exchange());
  await slept();
  await report(store);
  await store.close();
  expect(written()).toMatchObject([{ requests: 1 }]);
});

test('a lock at the very end is waited for once', async () => {
  const store = open();
  store.note(exchange());
  await slept();
  await report(store);
  const other = new DatabaseSync(file);
  other.exec('BEGIN IMMEDIATE');
  store.note(exchange());
  const before = wake;
  const closed = store.close();
  while (wake === before) await realClock.sleep(1);
  other.exec('COMMIT');
  other.close();
  await slept();
  await closed;
  expect(written()).toMatchObject([{ requests: 2 }]);
});

test('what cannot be written does not fill the memory', () => {
  const book = new UsageBook(3);
  for (let each = 0; each < 10; each += 1) book.note(exchange({ key: key(`key ${each}`) }), noon);
  const { days, uses } = book.peek();
  expect(days.map(({ key: id, requests }) => [id, requests])).toEqual([
    ['key 0', 1],
    ['key 1', 1],
    ['key 2', 1],
    ['other', 7],
  ]);
  expect(uses).toHaveLength(4);
});
