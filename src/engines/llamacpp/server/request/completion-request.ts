import { z } from 'zod';
import { notSupported, sharedFields } from './request-fields.ts';

const tokens = z.array(z.int().min(0)).min(1);

/** A text or tokens, or a list of either. */
const promptInput = z.union([z.string(), tokens, z.array(z.string()).min(1), z.array(tokens).min(1)], {
  error: 'must be a string, a list of strings, a list of token ids, or a list of such lists',
});

export type PromptInput = z.infer<typeof promptInput>;

export const completionRequest = z.object({
  ...sharedFields,
  prompt: promptInput,
  suffix: z.string().nullish(),
  max_tokens: z.int().min(0).nullish(),
  echo: z.boolean().nullish(),
  logprobs: z.int().min(0).max(20).nullish(),
  add_special_tokens: z.boolean().nullish(),
  best_of: z.literal(1, { error: 'is not supported by this engine: use n' }).nullish(),
  prompt_embeds: notSupported('it takes text or tokens'),
});

export type CompletionRequest = z.infer<typeof completionRequest>;

export const embeddingRequest = z.object({
  model: z.string().nullish(),
  input: promptInput,
  encoding_format: z.enum(['float', 'base64']).nullish(),
  dimensions: z.int().nullish(),
  add_special_tokens: z.boolean().nullish(),
  truncate_prompt_tokens: notSupported('shorten the input'),
});
