import { z } from 'zod';
import { badRequest } from './request-error.ts';

/** Fields that chat and text completions share. Clients send null for what they leave open, so null means absent. */

/** A field of vLLM or OpenAI that we know and cannot honour; what switches it off anyway is let through. */
export const notSupported = (why: string) =>
  z
    .custom<unknown>((value) => !value || value === 'none' || (Array.isArray(value) && value.length === 0), {
      error: `is not supported by this engine: ${why}`,
    })
    .optional();

const stopString = z.string().min(1, { error: 'cannot contain an empty string' });

const stop = z.union([stopString, z.array(stopString)], {
  error: 'must be a string or a list of strings, none of them empty',
});

const samplingFields = {
  temperature: z.number().min(0).nullish(),
  top_p: z.number().min(0).max(1).nullish(),
  top_k: z.int().min(-1).nullish(),
  min_p: z.number().min(0).max(1).nullish(),
  // Some clients send 64 bits, more than JavaScript counts exactly.
  seed: z.number().refine(Number.isInteger, { error: 'must be a whole number' }).nullish(),
  presence_penalty: z.number().min(-2).max(2).nullish(),
  frequency_penalty: z.number().min(-2).max(2).nullish(),
  repetition_penalty: z.number().positive().nullish(),
  logit_bias: z.record(z.string().regex(/^\d+$/), z.number().min(-100).max(100)).nullish(),
};

const schemaOrText = z.union([z.string(), z.looseObject({}), z.boolean()], {
  error: 'must be a JSON Schema',
});

const structuredOutputs = z.object({
  json: schemaOrText.nullish(),
  json_object: z.boolean().nullish(),
  choice: z.array(z.string()).min(1).nullish(),
  grammar: z.string().nullish(),
  regex: notSupported('use a JSON Schema or a grammar in GBNF'),
  structural_tag: notSupported('use a JSON Schema or a grammar in GBNF'),
});

export const sharedFields = {
  ...samplingFields,
  model: z.string().nullish(),
  n: z.int().min(1).max(128).nullish(),
  stop: stop.nullish(),
  stop_token_ids: z.array(z.int().min(0)).nullish(),
  include_stop_str_in_output: z.boolean().nullish(),
  skip_special_tokens: z.boolean().nullish(),
  ignore_eos: z.boolean().nullish(),
  stream: z.boolean().nullish(),
  stream_options: z
    .object({
      include_usage: z.boolean().nullish(),
      continuous_usage_stats: notSupported('usage comes once, at the end'),
    })
    .nullish(),
  structured_outputs: structuredOutputs.nullish(),
  guided_json: schemaOrText.nullish(),
  guided_choice: z.array(z.string()).min(1).nullish(),
  guided_grammar: z.string().nullish(),
  guided_regex: notSupported('use a JSON Schema or a grammar in GBNF'),
  min_tokens: notSupported('an answer ends where the model ends it'),
  bad_words: notSupported('use logit_bias'),
  allowed_token_ids: notSupported('use logit_bias'),
  prompt_logprobs: notSupported('only what is generated has log-probabilities'),
  truncate_prompt_tokens: notSupported('shorten the prompt'),
  use_beam_search: notSupported('it samples'),
  cache_salt: notSupported('its prefix cache is shared by all'),
};

const shared = z.object(sharedFields);

export type SharedFields = z.infer<typeof shared>;

/** `["messages", 0, "role"]` → `messages[0].role`. */
const pathText = (path: readonly PropertyKey[]): string =>
  path.reduce<string>((text, key) => {
    if (typeof key === 'number') return `${text}[${key}]`;
    return text === '' ? String(key) : `${text}.${String(key)}`;
  }, '');

/** The body as its schema has it; unknown fields are dropped. Throws a 400 that names the first field at fault. */
export const parseBody = <S extends z.ZodType>(schema: S, body: unknown): z.infer<S> => {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const { issues } = parsed.error;
  const [first] = issues;
  const param = pathText(first?.path ?? []);
  const count = `${issues.length} validation error${issues.length === 1 ? '' : 's'}`;
  const place = param === '' ? 'the body' : param;
  throw badRequest(`${count}: ${place}: ${first?.message ?? 'invalid'}`, param === '' ? undefined : param);
};
