import { z } from 'zod';

const sourced = <T extends z.ZodType>(value: T) =>
  z.strictObject({
    value,
    sure: z.enum(['logged', 'config', 'memory']),
    source: z.string().min(4),
  });

const count = z.int().positive();

const layer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.enum(['full', 'sliding', 'chunked']),
    count,
    kvHeads: count,
    keyWidth: count,
    valueWidth: count,
    window: z.int().min(0),
  }),
  z.strictObject({ kind: z.literal('latent'), count, width: count }),
  z.strictObject({
    kind: z.literal('state'),
    count,
    stateElements: count,
    stateBytes: z.union([z.literal(2), z.literal(4)]),
    convolutionChannels: count,
    convolutionWidth: count,
  }),
]);

const shape = z.strictObject({
  layers: z.array(layer).min(1),
  hidden: count,
  intermediate: count.nullable(),
  vocabulary: count,
  attentionHeads: count.nullable(),
  experts: z
    .strictObject({ count, perToken: count, intermediate: count, fused: z.literal(true).optional() })
    .nullable(),
  parameters: z.number().positive(),
  multimodal: z.boolean(),
  draftLayers: z.int().min(0),
  cacheFormat: z.null(),
  dtypeBytes: z.literal(2),
  tiedEmbeddings: z.boolean(),
  contextTokens: count,
});

const build = z.strictObject({
  quantization: z.enum(['bf16', 'fp8', 'int8', 'int4', 'nvfp4', 'mxfp4']),
  repo: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  // A pin needs a source; none has been found yet.
  weightsGib: sourced(z.number().positive()).nullable(),
  cacheFormat: z.literal('fp8').optional(),
  capability: z.number().min(7.5).max(13).optional(),
  trouble: z.array(z.string().min(1)).optional(),
});

/** The form of an entry of vLLM's catalogue, strictly: a misspelt key is a fault. */
export const entrySchema = z.strictObject({
  name: z.string().regex(/^[\w.-]+$/),
  summary: z.string().min(10).max(100),
  roles: z.array(z.enum(['coder', 'general', 'autocomplete', 'embedding'])).min(1),
  license: sourced(z.string().regex(/^(Apache-2\.0|MIT|LicenseRef-[\w.-]+)$/)),
  restricted: z.literal(true).optional(),
  shape: sourced(shape),
  activeParameters: z.number().positive().optional(),
  builds: z.array(build).min(1),
  toolParser: sourced(z.string()).nullable(),
  reasoningParser: sourced(z.string()).nullable(),
  fillIn: sourced(z.string()).nullable(),
  template: z.string().optional(),
  vllmFrom: sourced(z.string().regex(/^0\.\d+(\.\d+)?$/)),
  flags: z.array(z.string()).optional(),
  singleCardFrom: z.strictObject({ gib: z.number(), trouble: z.string(), source: z.string() }).optional(),
  trouble: z.array(z.string().min(1)).optional(),
});
