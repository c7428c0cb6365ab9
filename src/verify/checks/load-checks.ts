import { z } from 'zod';
import { chat, chatBody } from '../chat-answer.ts';
import { chunks, streamChat } from '../chat-stream.ts';
import type { ModelCheck, Scene } from '../check.ts';
import { openRequests } from '../open-requests.ts';
import { must, ok } from '../result.ts';
import { parsed, shaped } from '../shape.ts';
import { toTheEnd } from '../to-the-end.ts';
import type { VerifiedModel } from '../verified-model.ts';

/** How long it may take until a request is over whose client has left, ms. */
const releaseMs = 10_000;
const pollMs = 20;

/** Asks for a long answer and leaves once it has begun. */
const leave = async (scene: Scene, model: VerifiedModel): Promise<void> => {
  const leaving = new AbortController();
  const signal = AbortSignal.any([leaving.signal, scene.signal]);
  const body = chatBody(model, 'Count from 1 to 10000, one number a line.', 20_000, { ignore_eos: true });
  const { max_tokens: _, ...unlimited } = body;
  const events = chunks(scene, unlimited, signal);
  try {
    for await (const { choices } of events) {
      const over = choices.some(({ finish_reason: reason }) => Boolean(reason));
      must(!over, 'the answer was over before it could be cancelled');
      if (choices.some(({ delta }) => delta.content || delta.reasoning_content || delta.reasoning)) break;
    }
  } finally {
    leaving.abort();
  }
};

const cancel: ModelCheck = {
  id: 'cancel',
  title: 'a client that leaves frees its place',
  needs: 'chat',
  run: async (scene, model) => {
    const { clock, signal } = scene;
    const before = await openRequests(scene, model, signal);
    await leave(scene, model);
    const left = clock.monotonic();
    if (before !== undefined) {
      for (;;) {
        const open = (await openRequests(scene, model, signal)) ?? 0;
        if (open <= before) break;
        must(clock.monotonic() - left < releaseMs, `${releaseMs / 1000} s later ${open} requests still run`);
        await clock.sleep(pollMs, signal);
      }
    }
    const freed = Math.round(clock.monotonic() - left);
    await chat(scene, chatBody(model, 'Say hello.', 8));
    const answered = Math.round(clock.monotonic() - left);
    const free = before === undefined ? '' : `free after ${freed} ms, `;
    return ok(`${free}the next answer was there after ${answered} ms`);
  },
};

const atOnce = 8;

const named = (number: number): object => ({
  type: 'json_schema',
  json_schema: {
    name: 'name',
    strict: true,
    schema: {
      type: 'object',
      properties: { name: { type: 'string', enum: [`client-${number}`] } },
      required: ['name'],
      additionalProperties: false,
    },
  },
});

/** One of several clients; each must get its own answer and nobody else's. */
const oneOfMany = async (scene: Scene, model: VerifiedModel, number: number) => {
  const answer = await toTheEnd((temperature) => {
    const more = { temperature, response_format: named(number), stream_options: { include_usage: true } };
    return streamChat(scene, chatBody(model, `You are number ${number}. Say your name as JSON.`, 60, more));
  });
  const form = z.strictObject({ name: z.literal(`client-${number}`) });
  shaped(form, parsed(answer.text, `answer ${number}`), `answer ${number}`);
  return answer;
};

const concurrency: ModelCheck = {
  id: 'concurrency',
  title: `answers ${atOnce} clients at once, each its own`,
  needs: 'chat',
  run: async (scene, model) => {
    const begun = scene.clock.monotonic();
    const numbers = Array.from({ length: atOnce }, (_, at) => at + 1);
    const asked = await Promise.allSettled(numbers.map((number) => oneOfMany(scene, model, number)));
    const lost = asked.filter((one) => one.status === 'rejected');
    const [first] = lost;
    if (first) {
      if (lost.length < asked.length) {
        must(false, `${lost.length} of ${atOnce} had no good answer: ${(first.reason as Error).message}`);
      }
      throw first.reason;
    }
    const seconds = (scene.clock.monotonic() - begun) / 1000;
    const answers = asked.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const tokens = answers.reduce((sum, { usage }) => sum + (usage?.completion_tokens ?? 0), 0);
    const slowest = Math.round(Math.max(...answers.map(({ firstTokenMs }) => firstTokenMs)));
    return ok(`all in ${seconds.toFixed(2)} s; the last one's first token after ${slowest} ms`, {
      ...{ firstTokenMs: slowest, completionTokens: tokens, tokensPerSecond: tokens / seconds },
    });
  },
};

export const loadChecks: readonly ModelCheck[] = [cancel, concurrency];
