import type { Exchange } from './exchange.ts';

/** Hundredths of a ms: what is below that is noise. */
const rounded = (ms: number): number => Math.round(ms * 100) / 100;

/**
 * Adds what took how long to an answer's headers, just before they go out; keeps our own part of it for the metrics
 * when an engine was asked.
 *
 * - `queue`: the wait for a turn.
 * - `upstream`: from when an engine was first asked to when its answer began (or failed), repeats and the pauses before
 *   them included. Only when one was asked.
 * - `localai`, also as `x-localai-overhead-ms`: our own time: from when the whole request was here to when the engine
 *   was asked, without the wait, and from when its answer began to now. Without a body the request was here when its
 *   head was. Not in it, since nobody here can see it: what lies in the operating system's buffers before we look.
 */
export const addTiming = (headers: string[], exchange: Exchange): void => {
  const { queuedMs = 0, readAt, startedAt, sentAt, firstByteAt } = exchange;
  const now = exchange.now();
  const asked = sentAt || now;
  const answered = firstByteAt || now;
  const overhead = asked - (readAt || startedAt) - queuedMs + now - answered;
  if (sentAt !== 0) exchange.overheadMs = overhead;
  const shown = rounded(overhead);
  const upstream = sentAt === 0 ? '' : `upstream;dur=${rounded(answered - asked)}, `;
  headers.push(
    'x-localai-overhead-ms',
    `${shown}`,
    'server-timing',
    `queue;dur=${rounded(queuedMs)}, ${upstream}localai;dur=${shown}`,
  );
};
