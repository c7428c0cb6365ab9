import { z } from 'zod';

const capabilities = z.object({
  chat: z.boolean().default(true),
  tools: z.boolean().default(false),
  reasoning: z.boolean().default(false),
  fim: z.boolean().default(false),
  embeddings: z.boolean().default(false),
});

/** An entry of `GET /v1/models`, as far as it is read; another gateway's may say less. */
const listed = z.object({
  id: z.string().min(1),
  object: z.literal('model'),
  roles: z.array(z.string()).default([]),
  aliases: z.array(z.string()).default([]),
  status: z.string().default('ready'),
  specialization: z.string().optional(),
  context_window: z.int().positive().nullish(),
  capabilities: capabilities.prefault({}),
});

export type VerifiedModel = z.infer<typeof listed>;

export const modelList = z.object({ object: z.literal('list'), data: z.array(listed).min(1) });

/** Whether it writes text; one that was made for embeddings alone does not. */
export const writesText = ({ capabilities: can }: VerifiedModel): boolean => can.chat || !can.embeddings;
