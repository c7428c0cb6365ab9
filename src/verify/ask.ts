import { problemOf } from '../client/answers.ts';
import type { OpenReply, Reply } from '../client/wire.ts';
import type { Scene } from './check.ts';
import { Mismatch, Refused } from './result.ts';

type Body = Readonly<Record<string, unknown>>;

/** A request that is refused for now is sent again after this time when the answer names none, s. */
const defaultPause = 2;

const retryAfter = ({ headers }: Pick<Reply, 'headers'>): number => {
  const seconds = Number(headers['retry-after'] ?? defaultPause);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0.1), 30) : defaultPause;
};

/** What an error answer says. */
export const problemIn = (text: string): string => problemOf(text).message;

export const refusedWith = (status: number, text: string): string => `${status}: ${problemIn(text)}`;

/** Loading (503) and busy (429) pass: whoever says so says when to come again. */
const passes = (status: number): boolean => status === 503 || status === 429;

/** Sends until the answer is none that passes, as long as a model may take to load. */
export const openPatiently = async (
  scene: Scene,
  path: string,
  body: Body,
  signal: AbortSignal = scene.signal,
): Promise<OpenReply> => {
  const { clock, wire } = scene;
  const end = clock.monotonic() + scene.loadMs;
  for (;;) {
    const reply = await wire.open({ method: 'POST', path, body }, signal);
    if (!passes(reply.status)) return reply;
    const pauseMs = retryAfter(reply) * 1000;
    const problem = refusedWith(reply.status, await reply.text());
    if (clock.monotonic() + pauseMs > end)
      throw new Mismatch(`after ${scene.loadMs / 1000} s still ${problem}`);
    await clock.sleep(pauseMs, signal);
  }
};

/** The body of an answer that must be 200. Throws a Mismatch with what it says instead. */
export const ask = async (scene: Scene, path: string, body: Body): Promise<string> => {
  const reply = await openPatiently(scene, path, body);
  const text = await reply.text();
  if (reply.status !== 200) throw new Refused(reply.status, problemIn(text));
  return text;
};
