import type { AttentionLayers, LatentLayers, LayerGroup, ModelShape, StateLayers } from '../shape/shape.ts';
import { withDraftLayers } from '../shape/shape.ts';
import { bytesPerToken, settledFormat } from './cache-format.ts';
import type { SettledOptions } from './options.ts';

/**
 * How vLLM cuts the memory for its cache into blocks. Layers are put into groups of one size; a block holds the pages
 * of one group, and every group of a request has blocks of its own (vllm/v1/core/kv_cache_utils.py).
 */
export interface CacheLayout {
  /** Bytes of one block on one rank. */
  readonly blockBytes: number;
  /** Tokens in the smallest block. */
  readonly blockTokens: number;
  readonly groups: number;
  /** Blocks that one request of so many tokens needs at most. */
  blocksFor(contextTokens: number): number;
}

type Attention = AttentionLayers | LatentLayers;

const defaultBlockTokens = 16;

const isState = (group: LayerGroup): group is StateLayers => group.kind === 'state';
const isAttention = (group: LayerGroup): group is Attention => group.kind !== 'state';

/** Bytes of the state that one layer keeps for a request; a drafter lengthens the convolution. */
const stateBytes = (layers: StateLayers, options: SettledOptions, dtypeBytes: number): number => {
  const { tensorParallel, speculation } = options;
  const convolution =
    layers.convolutionChannels * (layers.convolutionWidth - 1 + speculation.tokens) * dtypeBytes;
  return (layers.stateElements * layers.stateBytes + convolution) / tensorParallel;
};

/** Blocks of one group of attention layers, `tokens` each. */
const attentionBlocks = (
  layers: Attention,
  tokens: number,
  batchedTokens: number,
): ((contextTokens: number) => number) => {
  if (layers.kind === 'sliding') {
    // The window need not begin where a block does, hence one more.
    return (context) => Math.ceil(Math.min(layers.window - 1 + batchedTokens, context) / tokens) + 1;
  }
  if (layers.kind === 'chunked') {
    return (context) => Math.ceil(Math.min(layers.window + batchedTokens, context) / tokens);
  }
  return (context) => Math.ceil(context / tokens);
};

/** A state takes one block, one more where prefixes are cached, and one per token that a drafter guesses. */
const stateBlocks = ({ prefixCaching, speculation }: SettledOptions): number =>
  (prefixCaching ? 2 : 1) + speculation.tokens;

/** With kinds of nearly the same number of layers the larger is the group's size, else the smallest. */
const groupSize = (counts: readonly number[]): number => {
  const [least, most] = [Math.min(...counts), Math.max(...counts)];
  return most < least * 1.5 ? most : least;
};

interface Kind {
  readonly count: number;
  readonly pageBytes: number;
  readonly tokens: number;
  readonly blocksFor: (contextTokens: number) => number;
}

const sameGrowth = (groups: readonly Attention[]): boolean =>
  new Set(groups.map((group) => `${group.kind} ${'window' in group ? group.window : 0}`)).size === 1;

/** All layers grow alike: one group with a page of each layer, whatever their widths. */
const uniformLayout = (
  groups: readonly Attention[],
  perToken: (group: Attention) => number,
  options: SettledOptions,
): CacheLayout => {
  const [first] = groups;
  const blockTokens = defaultBlockTokens;
  const bytes = groups.reduce((sum, group) => sum + group.count * perToken(group), 0);
  return {
    blockBytes: bytes * blockTokens,
    blockTokens,
    groups: 1,
    blocksFor: first ? attentionBlocks(first, blockTokens, options.batchedTokens) : () => 0,
  };
};

/** Attention layers of several kinds: the widest page counts, layers with narrower ones get more tokens in theirs. */
const mixedKinds = (
  groups: readonly Attention[],
  perToken: (group: Attention) => number,
  { batchedTokens }: SettledOptions,
): readonly Kind[] => {
  const pageBytes = Math.max(...groups.map(perToken)) * defaultBlockTokens;
  return groups.map((group) => {
    const tokens = Math.floor(pageBytes / (perToken(group) * defaultBlockTokens)) * defaultBlockTokens;
    return {
      count: group.count,
      pageBytes,
      tokens,
      blocksFor: attentionBlocks(group, tokens, batchedTokens),
    };
  });
};

/** With a state: the attention block is raised until its page holds the state of one layer. */
const stateKinds = (
  attention: readonly Attention[],
  states: readonly StateLayers[],
  perToken: (group: Attention) => number,
  options: SettledOptions,
  dtypeBytes: number,
): readonly Kind[] => {
  const state = Math.max(...states.map((group) => stateBytes(group, options, dtypeBytes)));
  const widest = Math.max(1, ...attention.map(perToken));
  const tokens = defaultBlockTokens * Math.max(1, Math.ceil(state / (defaultBlockTokens * widest)));
  const pageBytes = attention.length === 0 ? state : tokens * widest;
  return [
    ...attention.map((group) => ({
      count: group.count,
      pageBytes,
      tokens,
      blocksFor: attentionBlocks(group, tokens, options.batchedTokens),
    })),
    ...states.map(({ count }) => ({ count, pageBytes, tokens, blocksFor: () => stateBlocks(options) })),
  ];
};

const groupedLayout = (kinds: readonly Kind[]): CacheLayout => {
  const size = groupSize(kinds.map(({ count }) => count));
  const groupsOf = ({ count }: Kind): number => Math.ceil(count / size);
  return {
    blockBytes: size * Math.max(...kinds.map(({ pageBytes }) => pageBytes)),
    blockTokens: Math.min(...kinds.map(({ tokens }) => tokens)),
    groups: kinds.reduce((sum, kind) => sum + groupsOf(kind), 0),
    blocksFor: (context) => kinds.reduce((sum, kind) => sum + groupsOf(kind) * kind.blocksFor(context), 0),
  };
};

/** The layers of the first stage, of which there are the most. */
const firstStage = (layers: readonly LayerGroup[], stages: number): readonly LayerGroup[] =>
  stages === 1 ? layers : layers.map((group) => ({ ...group, count: Math.ceil(group.count / stages) }));

/** The layout of a model's cache under these options; exact, as far as logs say. Pure. */
export const cacheLayout = (shape: ModelShape, options: SettledOptions): CacheLayout => {
  const dtypeBytes = options.dtypeBytes ?? shape.dtypeBytes;
  const format = settledFormat(options.cacheFormat, shape.cacheFormat);
  const perToken = (group: Attention): number =>
    bytesPerToken(group, format, dtypeBytes, options.tensorParallel);
  const { layers } = withDraftLayers(shape, options.speculation.draftLayers);
  const staged = firstStage(layers, options.pipelineParallel).filter(({ count }) => count > 0);
  const attention = staged.filter(isAttention);
  const states = staged.filter(isState);
  if (states.length > 0) return groupedLayout(stateKinds(attention, states, perToken, options, dtypeBytes));
  if (sameGrowth(attention)) return uniformLayout(attention, perToken, options);
  return groupedLayout(mixedKinds(attention, perToken, options));
};
