import { z } from 'zod';
import type { OwnModel } from '../engine.ts';

export type ServerKind =
  | 'localai'
  | 'vLLM'
  | 'Ollama'
  | 'LM Studio'
  | 'llama.cpp'
  | 'an OpenAI-compatible server';

const tokens = z.number().int().positive().optional().catch(undefined);

const entry = z.looseObject({
  id: z.string().min(1),
  owned_by: z.string().catch(''),
  // vLLM; OpenRouter and we; llama.cpp.
  max_model_len: tokens,
  context_length: tokens,
  meta: z.looseObject({ n_ctx: tokens }).nullish().catch(undefined),
  capabilities: z
    .looseObject({
      tools: z.boolean().default(false),
      reasoning: z.boolean().default(false),
      fim: z.boolean().default(false),
      vision: z.boolean().default(false),
      embeddings: z.boolean().default(false),
    })
    .optional()
    .catch(undefined),
});

export const modelList = z.looseObject({ data: z.array(entry) });

export type ListedEntry = z.infer<typeof entry>;

/** Whose server lists its models so. Each puts its own name into `owned_by`. */
const owners: Readonly<Record<string, ServerKind>> = {
  localai: 'localai',
  vllm: 'vLLM',
  library: 'Ollama',
  organization_owner: 'LM Studio',
  llamacpp: 'llama.cpp',
};

export const kindOf = (entries: readonly ListedEntry[]): ServerKind =>
  entries.map(({ owned_by: owner }) => owners[owner]).find((kind) => kind !== undefined) ??
  'an OpenAI-compatible server';

/** A name that says what a model is for, where its server does not. */
const namedForEmbeddings = /embed|bge-|e5-|gte-/i;

export const remoteModel = ({
  id,
  max_model_len,
  context_length,
  meta,
  capabilities,
}: ListedEntry): OwnModel => ({
  id,
  context: context_length ?? max_model_len ?? meta?.n_ctx,
  tools: capabilities?.tools ?? false,
  reasoning: capabilities?.reasoning ?? false,
  fim: capabilities?.fim ?? false,
  vision: capabilities?.vision ?? false,
  embeddings: capabilities?.embeddings ?? namedForEmbeddings.test(id),
});
