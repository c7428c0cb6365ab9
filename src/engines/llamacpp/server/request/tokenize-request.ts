import { z } from 'zod';
import { messages, templateFields } from './chat-request.ts';

const common = {
  model: z.string().nullish(),
  return_token_strs: z.boolean().nullish(),
  add_special_tokens: z.boolean().nullish(),
};

export const tokenizeText = z.object({ ...common, prompt: z.string() });

export const tokenizeChat = z.object({ ...common, ...templateFields, messages });

export const detokenizeRequest = z.object({
  model: z.string().nullish(),
  tokens: z.array(z.int().min(0)),
});
