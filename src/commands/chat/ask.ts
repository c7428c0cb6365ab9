import type { ChatRequest, ChatUsage } from '../../client/chat.ts';
import type { GatewayClient } from '../../client/client.ts';
import type { Context } from '../../context.ts';
import { isFailure } from '../../errors.ts';

/** A whole answer, as `chat --json` prints it. */
export interface Answer {
  /** The model that really answered, as the gateway says. */
  readonly model: string | null;
  readonly answer: string;
  readonly reasoning: string | null;
  readonly finishReason: string | null;
  readonly usage: ChatUsage | null;
  /** ms from the request to the first piece of the answer. */
  readonly firstPieceMs: number | null;
  /** Decode speed: tokens after the first one, per second. */
  readonly tokensPerSecond: number | null;
}

/** How long a model that is still loading is waited for. */
const loadingLimitMs = 600_000;

/** Called for each piece of text, in order; the next piece waits for it. */
type OnText = (text: string) => Promise<void>;

type Gatherer = Pick<Context, 'output' | 'system'>;

const speed = (usage: ChatUsage | null, ms: number): number | null => {
  if (usage === null || usage.completionTokens < 2 || ms <= 0) return null;
  return Math.round(((usage.completionTokens - 1) * 10_000) / ms) / 10;
};

const askOnce = async (
  { output, system }: Gatherer,
  client: GatewayClient,
  request: ChatRequest,
  signal: AbortSignal,
  onText: OnText,
): Promise<Answer> => {
  const { clock } = system;
  const asked = clock.monotonic();
  let [first, last]: (number | undefined)[] = [];
  let [answer, reasoning] = ['', ''];
  let finishReason: string | null = null;
  let usage: ChatUsage | null = null;
  let model: string | null = null;
  for await (const event of client.chat(request, signal)) {
    if (event.type === 'finish') finishReason = event.reason;
    else if (event.type === 'usage') ({ usage, model } = event);
    else {
      last = clock.monotonic();
      first ??= last;
      if (event.type === 'reasoning') {
        if (reasoning === '') output.note('(thinking …)');
        reasoning += event.text;
      } else {
        answer += event.text;
        await onText(event.text);
      }
    }
  }
  return {
    ...{ model: model || null, answer, reasoning: reasoning || null, finishReason, usage },
    firstPieceMs: first === undefined ? null : Math.round(first - asked),
    tokensPerSecond: speed(usage, (last ?? 0) - (first ?? 0)),
  };
};

/**
 * Asks once and hands on the answer as it comes. Waits for a model that is still loading, with a note; throws
 * MODEL_LOADING when that takes longer than ten minutes.
 */
export const ask = async (
  context: Gatherer,
  client: GatewayClient,
  request: ChatRequest,
  signal: AbortSignal,
  onText: OnText,
): Promise<Answer> => {
  const { output, system } = context;
  const until = system.clock.monotonic() + loadingLimitMs;
  for (let noted = false; ; noted = true) {
    try {
      return await askOnce(context, client, request, signal, onText);
    } catch (caught) {
      if (!isFailure(caught, 'MODEL_LOADING') || system.clock.monotonic() > until) throw caught;
      if (!noted) output.note('The model is still loading; waiting for it.');
      await system.clock.sleep(Number(caught.params['retryAfter']) * 1000, signal);
    }
  }
};

/** What --verbose says of an answer. */
export const answerFacts = ({ model, usage, firstPieceMs, tokensPerSecond }: Answer): string =>
  [
    model ?? 'unknown model',
    ...(firstPieceMs === null ? [] : [`first token after ${firstPieceMs} ms`]),
    ...(tokensPerSecond === null ? [] : [`${tokensPerSecond} tokens/s`]),
    ...(usage === null ? [] : [`${usage.promptTokens} + ${usage.completionTokens} tokens`]),
  ].join(', ');
