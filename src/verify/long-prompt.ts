import { chat, chatBody } from './chat-answer.ts';
import type { Scene } from './check.ts';
import { must } from './result.ts';
import { parsed, shaped } from './shape.ts';
import { modelList, type VerifiedModel } from './verified-model.ts';

/** What is hidden in a long text, and what it might be taken for. */
export const codes = ['amber-falcon', 'silver-otter', 'violet-heron', 'copper-badger'] as const;
export const hiddenCode: (typeof codes)[number] = 'silver-otter';

export interface LongPrompt {
  /** The text; a question comes after it. */
  readonly text: string;
  /** Tokens that the model takes, prompt and answer together. */
  readonly window: number;
  /** Tokens that the text should be. */
  readonly target: number;
  /** Whether it is shorter than the window because reading that much would take too long. */
  readonly cut: boolean;
}

/** Part of the window that is filled: room for what was estimated. */
const filled = 0.93;

/** Tokens for the question, the answer and the template around them. */
const aside = 160;

/** How long reading may take with `timely`, s; an estimate, which a busy machine misses. */
const timelySeconds = 90;

/** Lines by which length and speed are measured; the second reading takes half of a short window at most. */
const [few, most] = [4, 40];

/** Numbers that look alike all the way, so that every line has about as many tokens as the ones measured. */
const line = (salt: string, at: number): string =>
  `Shelf ${10_000 + ((at * 7919) % 90_000)} of hall ${salt} holds red boxes and blue boxes.`;

const lines = (salt: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, at) => line(salt, at));

interface Reading {
  readonly tokens: number;
  readonly seconds: number;
}

/**
 * How many tokens are read in that time, from two readings: each token costs as much as every other, and as much again as
 * there are tokens before it (a·n + b·n²).
 */
export const tokensIn = (seconds: number, short: Reading, long: Reading): number => {
  const ratio = long.tokens / short.tokens;
  const b = (long.seconds - ratio * short.seconds) / (long.tokens ** 2 - ratio * short.tokens ** 2);
  const a = (long.seconds - b * long.tokens ** 2) / long.tokens;
  // On a fast machine both readings are mostly the way there and back.
  if (!(a > 0 && b > 0)) return Math.floor((long.tokens / long.seconds) * seconds);
  return Math.floor((Math.sqrt(a * a + 4 * b * seconds) - a) / (2 * b));
};

/** How many tokens so many lines take with all that is around them, and how long they are read. */
const measure = async (scene: Scene, model: VerifiedModel, salt: string, count: number): Promise<Reading> => {
  const { usage, ms } = await chat(scene, chatBody(model, lines(salt, count).join('\n'), 1));
  return { tokens: usage.prompt_tokens, seconds: ms / 1000 };
};

/** The window as the gateway has it now: an engine that was just loaded has said more than before. */
const windowOf = async (scene: Scene, { id }: VerifiedModel): Promise<number | undefined> => {
  const { text } = await scene.wire.send({ method: 'GET', path: '/v1/models' }, scene.signal);
  const { data } = shaped(modelList, parsed(text, '/v1/models'), 'the list of models');
  return data.find((model) => model.id === id)?.context_window ?? undefined;
};

/** A text that nearly fills the model's window, with a code in it. Undefined where the window is not known, or shorter than a page. */
export const longPrompt = async (scene: Scene, model: VerifiedModel): Promise<LongPrompt | undefined> => {
  const window = await windowOf(scene, model);
  if (window === undefined) return undefined;
  const salt = Math.round(scene.clock.now() % 1e6).toString(36);
  const short = await measure(scene, model, `${salt}a`, few);
  const many = Math.min(most, Math.floor((window / 2 / short.tokens) * few));
  if (many <= few) return undefined;
  const long = await measure(scene, model, salt, many);
  const perLine = (long.tokens - short.tokens) / (many - few);
  must(perLine > 1, `${many} lines are ${long.tokens} tokens and ${few} are ${short.tokens}: usage is wrong`);
  const whole = Math.floor(window * filled) - aside;
  const timely = tokensIn(timelySeconds, short, long);
  const target = scene.longestPrompt === 'whole' ? whole : Math.min(whole, timely);
  const count = Math.max(1, Math.floor(target / perLine));
  const all = lines(salt, count);
  const hidden = `The password of the night guard is ${hiddenCode}.`;
  const text = all.toSpliced(Math.floor(count * 0.4), 0, hidden).join('\n');
  return { text, window, target, cut: target < whole };
};
