import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { watchSignals } from './stop-signals.ts';

const setUp = () => {
  let now = 0;
  const source = new EventEmitter();
  const stop = watchSignals(source, () => now);
  return {
    source,
    stop,
    send: (name: string, atMs: number) => {
      now = atMs;
      source.emit(name, name);
    },
  };
};

const isPending = (promise: Promise<unknown>): Promise<boolean> =>
  Promise.race([promise.then(() => false), new Promise<boolean>((done) => setImmediate(() => done(true)))]);

test('the first signal asks, a second one insists', async () => {
  const { stop, send } = setUp();
  send('SIGINT', 0);
  expect(stop.signal.reason).toMatchObject({ code: 'CANCELLED', exitCode: 130 });
  expect(await isPending(stop.forced)).toBe(true);
  send('SIGINT', 1000);
  await expect(stop.forced).rejects.toBe(stop.signal.reason);
});

test('the same Ctrl-C, handed on by npx, counts once', async () => {
  const { stop, send } = setUp();
  send('SIGINT', 0);
  send('SIGINT', 20);
  expect(await isPending(stop.forced)).toBe(true);
});

test('an exception that nobody caught ends at once', async () => {
  const { source, stop } = setUp();
  source.emit('uncaughtException', new Error('boom'));
  await expect(stop.forced).rejects.toThrow('boom');
  expect(stop.signal.aborted).toBe(false);
});

test('afterwards nothing listens any more', () => {
  const { source, stop } = setUp();
  expect(source.eventNames()).toHaveLength(4);
  stop.release();
  expect(source.eventNames()).toEqual([]);
});
