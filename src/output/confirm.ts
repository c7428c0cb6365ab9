import type { Readable } from 'node:stream';
import { failure } from '../errors.ts';
import type { OutputStream } from './sink.ts';

/** Asks yes or no on the terminal; the question goes to stderr. Throws CANCELLED on Ctrl-C. */
export const askYesNo = async (
  input: Readable,
  output: OutputStream,
  message: string,
  initialValue: boolean,
): Promise<boolean> => {
  const { confirm, isCancel } = await import('@clack/prompts');
  const answer = await confirm({ message, initialValue, input, output });
  if (isCancel(answer)) throw failure('CANCELLED', {});
  return answer;
};
