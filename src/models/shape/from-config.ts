import type { z } from 'zod';
import { type ConfigFile, configFile, type Figures } from './config-format.ts';
import { layersOfConfig } from './config-layers.ts';
import type { Experts, ModelShape } from './shape.ts';

/** The language model's own figures, over those of the whole. */
const inner = (config: ConfigFile): Figures => {
  const nested = config.text_config ?? config.llm_config ?? config.language_config;
  return nested ? { ...config, ...nested } : config;
};

const expertsOf = (figures: Figures): Experts | null => {
  const count = figures.num_experts ?? figures.num_local_experts ?? figures.n_routed_experts;
  if (!count || count < 2) return null;
  const dense = typeof figures.intermediate_size === 'number' ? figures.intermediate_size : 0;
  return {
    count,
    perToken: figures.num_experts_per_tok ?? 2,
    intermediate: figures.moe_intermediate_size ?? dense,
    ...(figures.model_type === 'gpt_oss' ? { fused: true as const } : {}),
  };
};

const denseWidth = (figures: Figures, experts: Experts | null): number | null => {
  // Without a width of its own for experts, the one width is theirs.
  if (experts && !figures.moe_intermediate_size) return null;
  const width = figures.intermediate_size;
  if (Array.isArray(width)) return Math.max(...width);
  return typeof width === 'number' ? width : null;
};

/** Scales for an 8-bit cache in the checkpoint: compressed-tensors' scheme, or ModelOpt's word for it. */
const cacheFormat = ({ quantization_config: quantization }: ConfigFile): string | null => {
  const bits = quantization?.kv_cache_scheme?.num_bits;
  const word = quantization?.kv_cache_quant_algo?.toLowerCase() ?? '';
  return bits === 8 || word.startsWith('fp8') ? 'fp8' : null;
};

/** How the weights are kept, in the words of config.json; null: as they are. */
export const quantizationOf = (config: ConfigFile): string | null => {
  const quantization = config.quantization_config;
  if (!quantization) return null;
  const bits = quantization.bits ? ` ${quantization.bits}bit` : '';
  return `${quantization.quant_method ?? ''} ${quantization.quant_algo ?? ''}${bits}`.trim() || null;
};

export type ShapeOrProblem = { readonly shape: ModelShape } | { readonly problem: string };

const wordsOf = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');

/**
 * The shape of a model from its config.json, parsed. What the file does not say is null; a file that says too little to
 * plan with is a problem in words. Pure.
 */
export const shapeOfConfig = (json: unknown): ShapeOrProblem => {
  const read = configFile.safeParse(json);
  if (!read.success) return { problem: `its config.json is of another form (${wordsOf(read.error)})` };
  const config = read.data;
  const figures = inner(config);
  const { hidden_size: hidden, vocab_size: vocabulary } = figures;
  if (!hidden || !vocabulary) return { problem: 'its config.json names no hidden_size or vocab_size' };
  const layers = layersOfConfig(figures);
  if (layers.length === 0) return { problem: 'its config.json names no layers that keep a cache' };
  const experts = expertsOf(figures);
  return {
    shape: {
      layers,
      hidden,
      intermediate: denseWidth(figures, experts),
      vocabulary,
      attentionHeads: figures.num_attention_heads ?? null,
      experts,
      parameters: null,
      multimodal: Boolean(config.vision_config ?? config.audio_config),
      draftLayers: figures.mtp_num_hidden_layers ?? figures.num_nextn_predict_layers ?? 0,
      cacheFormat: cacheFormat(config),
      dtypeBytes: /32/.test(figures.dtype ?? figures.torch_dtype ?? '') ? 4 : 2,
      tiedEmbeddings: figures.tie_word_embeddings ?? false,
      contextTokens: figures.max_position_embeddings ?? null,
    },
  };
};
