import { z } from 'zod';
import { ask } from './ask.ts';
import { usageForm } from './chat-answer.ts';
import type { Scene } from './check.ts';
import { parsed, shaped } from './shape.ts';

const completion = z.object({
  id: z.string().min(1),
  object: z.literal('text_completion'),
  choices: z.tuple([z.object({ index: z.literal(0), text: z.string(), finish_reason: z.string() })]),
  usage: usageForm,
});

export interface Completion {
  readonly text: string;
  readonly promptTokens: number;
}

const readCompletion = (text: string): Completion => {
  const { choices, usage } = shaped(completion, parsed(text, 'the answer'), 'the answer');
  return { text: choices[0].text, promptTokens: usage.prompt_tokens };
};

/** Asks `/v1/completions` for a whole answer. */
export const complete = async (scene: Scene, body: Readonly<Record<string, unknown>>): Promise<Completion> =>
  readCompletion(await ask(scene, '/v1/completions', body));
