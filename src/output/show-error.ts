import { failure, isFailure, type LocalaiError, reason } from '../errors.ts';
import { createPaint } from './colors.ts';
import type { CreateOptions, Streams } from './create.ts';
import { wantsColor } from './wants-color.ts';

/** Faults of the file system that are nobody's bug, by what they mean to a user. */
const systemCodes = {
  NO_SPACE: ['ENOSPC', 'EDQUOT'],
  PERMISSION: ['EACCES', 'EPERM', 'EROFS'],
  PATH_UNUSABLE: ['ENOTDIR', 'EISDIR', 'ELOOP', 'ENAMETOOLONG', 'EIO'],
} as const;

const systemFault = (caught: NodeJS.ErrnoException): LocalaiError | undefined => {
  const { code = '', path, message: problem } = caught;
  const means = (codes: readonly string[]): boolean => codes.includes(code);
  if (means(systemCodes.NO_SPACE)) return failure('NO_SPACE', { problem }, caught);
  if (path === undefined) return undefined;
  if (means(systemCodes.PERMISSION)) return failure('PERMISSION', { path, problem }, caught);
  if (means(systemCodes.PATH_UNUSABLE)) return failure('PATH_UNUSABLE', { path, problem }, caught);
  return undefined;
};

/** Anything that was caught as an error of the registry; what is not known there is our bug. */
export const classify = (caught: unknown): LocalaiError => {
  if (isFailure(caught)) return caught;
  const known = caught instanceof Error ? systemFault(caught) : undefined;
  return known ?? failure('BUG', { problem: reason(caught) }, caught);
};

/** Enough of a stack to find the place; all of it with --verbose. */
const shortStack = 6;

const stackOf = (caught: unknown, verbose: boolean): string => {
  if (!(caught instanceof Error)) return String(caught);
  const lines = (caught.stack ?? `${caught.name}: ${caught.message}`).split('\n');
  const shown = verbose ? lines : lines.slice(0, shortStack);
  if (shown.length < lines.length) shown.push('    … (all of it with --verbose)');
  const cause = verbose && caught.cause !== undefined ? `\ncaused by ${stackOf(caught.cause, true)}` : '';
  return shown.join('\n') + cause;
};

/**
 * Shows why a command failed: message and next step on stderr and, with --json, one line
 * `{"error":{"code","message","hint"}}` on stdout, so that a program that reads stdout finds a reason there.
 */
export const showError = (
  streams: Streams,
  options: Pick<CreateOptions, 'env' | 'color' | 'json' | 'verbose' | 'invocation'>,
  error: LocalaiError,
): void => {
  const { env, color, json, verbose, invocation } = options;
  const words = (text: string): string => text.replaceAll('{localai}', invocation);
  const message = words(error.message);
  const hint = words(error.hint);
  if (json) streams.stdout.write(`${JSON.stringify({ error: { code: error.code, message, hint } })}\n`);
  const paint = createPaint(wantsColor(env, streams.stderr.isTTY === true, color));
  const lines = [
    `${paint.red('error:')} ${message} ${paint.dim(`[${error.code}]`)}`,
    ...hint.split('\n').map((line) => `  ${line}`),
  ];
  if (error.kind === 'bug') lines.push(stackOf(error.cause, verbose));
  else if (verbose && error.cause !== undefined) lines.push(paint.dim(stackOf(error.cause, true)));
  // Nobody is left to tell that nobody can be told.
  streams.stderr.on('error', () => {});
  streams.stderr.write(`${lines.join('\n')}\n`);
};
