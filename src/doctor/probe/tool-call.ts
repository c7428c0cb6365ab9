import type { ModelStatus } from '../../api/models.ts';
import type { GatewayClient } from '../../client/client.ts';
import { isFailure } from '../../errors.ts';
import type { Known } from '../../machine/known.ts';
import type { ToolCallFacts } from '../facts.ts';

/** A tool that nobody misunderstands, and that must be called. */
const question = {
  messages: [{ role: 'user', content: 'What is the weather in Paris? Use the tool.' }],
  tools: [
    {
      type: 'function',
      function: {
        name: 'get_weather',
        description: 'Tells the weather in a city.',
        parameters: {
          type: 'object',
          properties: { city: { type: 'string', maxLength: 20 } },
          required: ['city'],
          additionalProperties: false,
        },
      },
    },
  ],
  tool_choice: { type: 'function', function: { name: 'get_weather' } },
  max_tokens: 60,
  temperature: 0,
};

interface Answer {
  readonly choices?: readonly {
    readonly message?: {
      readonly content?: string | null;
      readonly tool_calls?: readonly {
        readonly function?: { readonly name?: string; readonly arguments?: string };
      }[];
    };
  }[];
}

const isObject = (text: string): boolean => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    return false;
  }
};

/** What an answer is worth: a call of that tool with an object of arguments, or what came in its place. */
const judgeCall = (model: string, answer: unknown): ToolCallFacts => {
  const message = (answer as Answer).choices?.[0]?.message;
  const call = message?.tool_calls?.[0]?.function;
  if (call === undefined) {
    return { model, called: false, words: `it answered with text: ${(message?.content ?? '').slice(0, 80)}` };
  }
  const { name = '', arguments: given = '' } = call;
  const words = `${name}(${given.slice(0, 80)})`;
  return { model, called: name === 'get_weather' && isObject(given), words };
};

/** A large model on a processor reads the question for seconds; longer than this nobody waits, ms. */
const limitMs = 10_000;

/** One real tool call through the gateway, by the first ready model that is said to know tools. */
export const probeToolCall = async (
  client: GatewayClient,
  models: readonly ModelStatus[],
  tools: ReadonlySet<string>,
  signal: AbortSignal,
): Promise<Known<ToolCallFacts>> => {
  const ready = models.filter(({ state }) => state === 'ready');
  const model = ready.find(({ id }) => tools.has(id));
  if (!model) {
    return { notChecked: ready.length === 0 ? 'no model is ready' : 'no model that runs knows tools' };
  }
  const late = AbortSignal.timeout(limitMs);
  try {
    const answer = await client.complete({ ...question, model: model.id }, AbortSignal.any([signal, late]));
    return { value: judgeCall(model.id, answer) };
  } catch (caught) {
    if (late.aborted) return { notChecked: `${model.id} did not answer within ${limitMs / 1000} s` };
    if (signal.aborted) throw signal.reason;
    if (!isFailure(caught)) throw caught;
    return caught.code === 'REQUEST_FAILED'
      ? { value: { model: model.id, called: false, words: caught.message } }
      : { notChecked: caught.message };
  }
};
