import { PassThrough, Readable } from 'node:stream';
import { expect, test } from 'vitest';
import { failure } from '../errors.ts';
import { detectInvocation } from './invocation.ts';
import { classify, showError } from './show-error.ts';

const systemError = (code: string, path?: string): Error =>
  Object.assign(new Error(`${code}: it did not work`), { code, ...(path === undefined ? {} : { path }) });

test.each([
  [systemError('EACCES', '/x'), 'PERMISSION'],
  [systemError('EROFS', '/x'), 'PERMISSION'],
  [systemError('ENOSPC'), 'NO_SPACE'],
  [systemError('ENOTDIR', '/x'), 'PATH_UNUSABLE'],
  [systemError('EACCES'), 'BUG'],
  [new TypeError('x is not a function'), 'BUG'],
  ['a string', 'BUG'],
  [failure('NOT_RUNNING', {}), 'NOT_RUNNING'],
])('%s is %s', (caught, code) => expect(classify(caught).code).toBe(code));

const shown = (caught: unknown, verbose: boolean): string => {
  const stderr = new PassThrough();
  const streams = { stdin: Readable.from([]), stdout: new PassThrough(), stderr };
  const options = { env: {}, color: false, json: false, verbose, invocation: 'npx localai' };
  showError(streams, options, classify(caught));
  return String(stderr.read());
};

test('message, code and hint; the cause with --verbose', () => {
  const caught = failure('START_FAILED', { problem: 'no port' }, new Error('listen EADDRINUSE'));
  const brief =
    'error: The server stopped while starting: no port [START_FAILED]\n' +
    '  The log has the details: `npx localai logs`.\n';
  expect(shown(caught, false)).toBe(brief);
  const full = shown(caught, true);
  expect(full.startsWith(`${brief}Error: listen EADDRINUSE\n    at `)).toBe(true);
});

test('a bug shows where it is, and with --verbose all of its stack and what caused it', () => {
  const cause = new RangeError('deep');
  const bug = new TypeError('x is not a function', { cause });
  bug.stack = [
    'TypeError: x is not a function',
    ...Array.from({ length: 12 }, (_, n) => `    at f${n}`),
  ].join('\n');
  expect(shown(bug, false)).toMatch(/\n {4}at f4\n {4}… \(all of it with --verbose\)\n$/);
  expect(shown(bug, true)).toMatch(/\n {4}at f11\ncaused by RangeError: deep\n/);
});

test.each([
  [{}, 'localai'],
  [{ npm_command: 'exec' }, 'npx localai'],
  [{ npm_lifecycle_event: 'npx' }, 'npx localai'],
  [{ npm_command: 'run-script', npm_lifecycle_event: 'dev' }, 'localai'],
])('%o: they typed %s', (env, words) => expect(detectInvocation(env)).toBe(words));
