import { addAbortSignal } from 'node:stream';
import type { Context } from '../../context.ts';
import { failure } from '../../errors.ts';

/** After this long somebody may wonder what we are waiting for. */
const wonderMs = 2000;

const readAll = async ({ input, output, system, signal }: Context): Promise<string> => {
  const read = new AbortController();
  const wondering = system.clock.sleep(wonderMs, read.signal).then(
    () => output.note('(reading from stdin until its end; without any: `{localai} chat "…" < /dev/null`)'),
    () => {},
  );
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of addAbortSignal(signal, input)) chunks.push(Buffer.from(chunk));
  } catch (caught) {
    throw signal.aborted ? signal.reason : caught;
  } finally {
    read.abort();
    await wondering;
  }
  return Buffer.concat(chunks).toString('utf8');
};

/**
 * What was asked: the words of the command line, then what was piped in. Undefined on a terminal without words.
 * Throws USAGE when there is nothing at all.
 */
export const readQuestion = async (
  words: readonly string[],
  context: Context,
): Promise<string | undefined> => {
  const typed = words.join(' ').trim();
  if (context.input.isTTY) return typed || undefined;
  const piped = (await readAll(context)).trim();
  const question = [typed, piped].filter((part) => part !== '').join('\n\n');
  if (question === '') throw failure('USAGE', { problem: 'There is no question.', command: 'chat' });
  return question;
};
