import { z } from 'zod';
import { notSupported, sharedFields } from './request-fields.ts';

const contentPart = z.looseObject({ type: z.string(), text: z.string().optional() });

const toolCall = z.looseObject({
  id: z.string().optional(),
  type: z.string().optional(),
  function: z.looseObject({ name: z.string(), arguments: z.unknown() }),
});

const message = z.looseObject({
  role: z.string(),
  content: z
    .union([z.string(), z.null(), z.array(contentPart)], {
      error: 'must be a string or a list of parts with a type',
    })
    .optional(),
  name: z.string().nullish(),
  tool_call_id: z.string().nullish(),
  tool_calls: z.array(toolCall).nullish(),
  reasoning_content: z.string().nullish(),
  reasoning: z.string().nullish(),
});

export const messages = z.array(message).min(1);

export type RequestMessage = z.infer<typeof message>;

export const tools = z.array(
  z.object({
    type: z.literal('function', { error: 'only tools of type "function" can be called' }),
    function: z.object({
      name: z.string().min(1),
      description: z.string().nullish(),
      parameters: z.unknown(),
    }),
  }),
);

const toolChoice = z.union(
  [
    z.enum(['auto', 'none', 'required']),
    z.object({ type: z.literal('function'), function: z.object({ name: z.string() }) }),
  ],
  { error: 'must be "auto", "none", "required" or {"type": "function", "function": {"name": …}}' },
);

const responseFormat = z.discriminatedUnion(
  'type',
  [
    z.object({ type: z.literal('text') }),
    z.object({ type: z.literal('json_object') }),
    z.object({
      type: z.literal('json_schema'),
      json_schema: z.object({ name: z.string().optional(), schema: z.unknown() }),
    }),
  ],
  { error: 'must have the type "text", "json_object" or "json_schema"' },
);

/** How messages become a prompt; /tokenize takes the same. */
export const templateFields = {
  add_generation_prompt: z.boolean().nullish(),
  continue_final_message: z.boolean().nullish(),
  chat_template_kwargs: z.record(z.string(), z.unknown()).nullish(),
  chat_template: notSupported('it uses the template of the model'),
  tools: tools.nullish(),
};

export const chatRequest = z.object({
  ...sharedFields,
  ...templateFields,
  messages,
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  logprobs: z.boolean().nullish(),
  top_logprobs: z.int().min(0).max(20).nullish(),
  response_format: responseFormat.nullish(),
  tool_choice: toolChoice.nullish(),
  parallel_tool_calls: z.boolean().nullish(),
  reasoning_effort: z.string().nullish(),
  echo: notSupported('only /v1/completions echoes'),
  functions: notSupported('use tools'),
  function_call: notSupported('use tool_choice'),
  audio: notSupported('it writes text'),
  modalities: z.array(z.literal('text', { error: 'only text can be answered' })).nullish(),
});

export type ChatRequest = z.infer<typeof chatRequest>;
