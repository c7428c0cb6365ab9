import type { CardMemory, EngineOptions, SettledOptions } from './options.ts';
import { has } from './version.ts';

/** From this on, GiB, a card gets the large defaults; from the second on the largest batch (vllm arg_utils). */
const large = 70;
const largest = 160;

/** vLLM before V1: whole prompts at once up to 32k tokens of context, pieces of 512 above. */
const wholePrompts = 32_768;
const firstPieces = 512;

const defaultSequences = (vllm: number, card: CardMemory): number =>
  has(vllm, 'v1') && card.totalGib >= large && !card.smallDefaults ? 1024 : 256;

const defaultBatch = ({ vllm, contextTokens }: EngineOptions, card: CardMemory): number => {
  if (!has(vllm, 'v1')) return contextTokens > wholePrompts ? firstPieces : Math.max(contextTokens, 2048);
  if (card.smallDefaults || card.totalGib < large) return 2048;
  return has(vllm, 'graphsCounted') && card.totalGib >= largest ? 16_384 : 8192;
};

/**
 * Fills in what vLLM itself chooses where nothing was said, by version and card: sequences at once, tokens in a batch,
 * the share of the card. Sources: vllm arg_utils.py, and the start-ups that state them.
 */
export const settleOptions = (options: EngineOptions, card: CardMemory): SettledOptions => ({
  vllm: options.vllm,
  tensorParallel: options.tensorParallel ?? 1,
  pipelineParallel: options.pipelineParallel ?? 1,
  utilization: options.utilization ?? (has(options.vllm, 'graphsCounted') ? 0.92 : 0.9),
  contextTokens: options.contextTokens,
  maxSequences: options.maxSequences ?? defaultSequences(options.vllm, card),
  batchedTokens: options.batchedTokens ?? defaultBatch(options, card),
  cacheFormat: options.cacheFormat ?? 'auto',
  eager: options.eager ?? false,
  prefixCaching: options.prefixCaching ?? true,
  speculation: options.speculation ?? { tokens: 0, draftLayers: 0 },
  dtypeBytes: options.dtypeBytes,
});
