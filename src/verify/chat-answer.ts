import { z } from 'zod';
import { ask } from './ask.ts';
import type { Scene } from './check.ts';
import { must } from './result.ts';
import { parsed, shaped } from './shape.ts';
import type { VerifiedModel } from './verified-model.ts';

const toolCall = z.object({
  id: z.string().min(1),
  type: z.literal('function'),
  function: z.object({ name: z.string().min(1), arguments: z.string() }),
});

export const usageForm = z.object({
  prompt_tokens: z.int().positive(),
  completion_tokens: z.int().min(0),
  total_tokens: z.int().positive(),
});

const message = z.object({
  role: z.literal('assistant'),
  content: z.string().nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
  tool_calls: z.array(toolCall).nullish(),
});

const completion = z.object({
  id: z.string().min(1),
  object: z.literal('chat.completion'),
  model: z.string().min(1),
  choices: z.tuple([z.object({ index: z.literal(0), message, finish_reason: z.string() })]),
  usage: usageForm,
});

export type ToolCall = z.infer<typeof toolCall>;
export type Usage = z.infer<typeof usageForm>;

export interface ChatAnswer {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly ToolCall[];
  readonly finishReason: string;
  readonly usage: Usage;
  /** From the request to the last byte. */
  readonly ms: number;
}

/** Tokens that a model may think before it answers; it is asked not to, and not every one listens. */
const thinkingTokens = 3000;

/** A chat request: as likely as can be, the same each time, and not longer than said. */
export const chatBody = (
  model: VerifiedModel,
  content: string,
  maxTokens: number,
  more: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> => {
  const thinks = model.capabilities.reasoning;
  return {
    model: model.id,
    messages: [{ role: 'user', content }],
    temperature: 0,
    seed: 7,
    max_tokens: maxTokens + (thinks ? thinkingTokens : 0),
    ...(thinks ? { chat_template_kwargs: { enable_thinking: false } } : {}),
    ...more,
  };
};

/** Asks for a whole answer. */
export const chat = async (scene: Scene, body: Readonly<Record<string, unknown>>): Promise<ChatAnswer> => {
  const begun = scene.clock.monotonic();
  const text = await ask(scene, '/v1/chat/completions', body);
  const ms = scene.clock.monotonic() - begun;
  const { choices, usage } = shaped(completion, parsed(text, 'the answer'), 'the answer');
  const [{ message: said, finish_reason: finishReason }] = choices;
  must(
    usage.total_tokens === usage.prompt_tokens + usage.completion_tokens,
    `usage does not add up: ${JSON.stringify(usage)}`,
  );
  return {
    text: said.content ?? '',
    reasoning: said.reasoning_content ?? said.reasoning ?? '',
    calls: said.tool_calls ?? [],
    ...{ finishReason, usage, ms },
  };
};
