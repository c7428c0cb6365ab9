import { z } from 'zod';
import { openPatiently, problemIn } from './ask.ts';
import { type ToolCall, type Usage, usageForm } from './chat-answer.ts';
import type { Scene } from './check.ts';
import { Mismatch, must, Refused } from './result.ts';
import { parsed, shaped } from './shape.ts';

const callPart = z.object({
  index: z.int().min(0),
  id: z.string().nullish(),
  function: z.object({ name: z.string().nullish(), arguments: z.string().nullish() }).optional(),
});

const delta = z.object({
  role: z.string().nullish(),
  content: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  tool_calls: z.array(callPart).nullish(),
});

const chunk = z.object({
  id: z.string().min(1),
  object: z.literal('chat.completion.chunk'),
  choices: z.array(z.object({ index: z.literal(0), delta, finish_reason: z.string().nullish() })),
  usage: usageForm.nullish(),
});

type Chunk = z.infer<typeof chunk>;

export interface StreamedAnswer {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
  readonly finishReason: string;
  /** Of the chunk that has no choices; undefined: none came. */
  readonly usage: Usage | undefined;
  /** Chunks with text, thinking or a part of a call. */
  readonly pieces: number;
  /** From the request to the first of them, ms. */
  readonly firstTokenMs: number;
  /** From the first of them to the end, ms. */
  readonly restMs: number;
}

/** Puts the parts of streamed calls together. */
class GatheredCalls {
  readonly #calls: { id: string; name: string; text: string }[] = [];

  add({ index, id, function: part }: z.infer<typeof callPart>): void {
    must(index <= this.#calls.length, `a streamed call has index ${index} after ${this.#calls.length} calls`);
    const known = this.#calls[index];
    if (!known) {
      must(Boolean(id && part?.name), 'a streamed call begins without its id or name');
      this.#calls.push({ id: id ?? '', name: part?.name ?? '', text: part?.arguments ?? '' });
      return;
    }
    must(!id || id === known.id, `the id of a streamed call changes from ${known.id} to ${id}`);
    known.text += part?.arguments ?? '';
  }

  get all(): readonly ToolCall[] {
    return this.#calls.map(({ id, name, text }) => ({
      id,
      type: 'function',
      function: { name, arguments: text },
    }));
  }
}

const hasContent = ({ choices }: Chunk): boolean =>
  choices.some(
    ({ delta: said }) =>
      Boolean(said.content || said.reasoning_content || said.reasoning) || (said.tool_calls?.length ?? 0) > 0,
  );

/** The chunks of a stream. Throws a Mismatch for one that is none, that says an error, or that breaks off. */
export async function* chunks(
  scene: Scene,
  body: Readonly<Record<string, unknown>>,
  signal: AbortSignal = scene.signal,
): AsyncGenerator<Chunk, void, void> {
  const asked = { ...body, stream: true };
  const reply = await openPatiently(scene, '/v1/chat/completions', asked, signal);
  if (reply.status !== 200) throw new Refused(reply.status, problemIn(await reply.text()));
  const type = String(reply.headers['content-type'] ?? 'none');
  if (!type.startsWith('text/event-stream')) {
    throw new Mismatch(`asked for a stream, got content type ${type}: ${problemIn(await reply.text())}`);
  }
  try {
    for await (const data of reply.events()) {
      const value = parsed(data, 'an event of the stream');
      if (typeof value === 'object' && value !== null && 'error' in value) {
        throw new Mismatch(`the stream ends with an error: ${problemIn(data)}`);
      }
      yield shaped(chunk, value, 'an event of the stream');
    }
  } catch (caught) {
    if (caught instanceof Mismatch || signal.aborted) throw caught;
    throw new Mismatch('the stream broke off before [DONE]');
  }
}

/** Asks for a stream and reads it to its end. */
export const streamChat = async (
  scene: Scene,
  body: Readonly<Record<string, unknown>>,
): Promise<StreamedAnswer> => {
  const { clock } = scene;
  const begun = clock.monotonic();
  const calls = new GatheredCalls();
  let [text, reasoning, pieces] = ['', '', 0];
  let [first, finishReason, usage]: [number?, string?, Usage?] = [];
  for await (const one of chunks(scene, body)) {
    must(finishReason === undefined || !hasContent(one), 'text comes after finish_reason');
    if (hasContent(one)) {
      first ??= clock.monotonic();
      pieces += 1;
    }
    for (const { delta: said, finish_reason } of one.choices) {
      text += said.content ?? '';
      reasoning += said.reasoning_content ?? said.reasoning ?? '';
      for (const part of said.tool_calls ?? []) calls.add(part);
      finishReason = finish_reason ?? finishReason;
    }
    usage = one.usage ?? usage;
  }
  must(finishReason !== undefined, 'the stream has no finish_reason');
  const ended = clock.monotonic();
  return {
    ...{ text, reasoning, pieces, finishReason, usage, calls: calls.all },
    firstTokenMs: (first ?? ended) - begun,
    restMs: ended - (first ?? ended),
  };
};

/** Tokens a second after the first one; undefined where the stream was too short or does not say. */
export const speedOf = ({ usage, restMs }: StreamedAnswer): number | undefined =>
  usage && usage.completion_tokens > 1 && restMs > 0
    ? ((usage.completion_tokens - 1) / restMs) * 1000
    : undefined;
