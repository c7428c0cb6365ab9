import type { FailureClass } from '../failure-class.ts';

/** More was asked of one request than there is room or the model was made for. */
export const context: readonly FailureClass[] = [
  {
    id: 'context-too-large',
    family: 'FAILED_CONTEXT',
    says: [
      /(?:To serve at least one request with the models?'s max(?:imum)? seq(?:uence)? len(?:gth)? \((?<asked>\d+)\),? .*(?:estimated maximum model length is (?<most>\d+)))/,
      /(?:To serve at least one request with the models?'s max(?:imum)? seq(?:uence)? len(?:gth)? \((?<asked>\d+)\))/,
      /The model's max seq len \((?<asked>\d+)\) is larger than the maximum number of tokens that can be stored in KV cache \((?<most>\d+)\)/,
    ],
    problem: 'one request of {asked} tokens does not fit into the cache[; {most} would]',
    fix: 'Ask for less: `{localai} up --context {most|4096}`.',
    retry: { flag: '--max-model-len', group: 'most' },
    source: 'vLLM v1/core/kv_cache_utils.py; the last one until 0.8',
  },
  {
    id: 'context-beyond-model',
    family: 'FAILED_CONTEXT',
    says: [
      /User-specified max_model_len \((?<asked>\d+)\) is greater than the derived max_model_len \((?:[\w.]+=)?(?<most>\d+)/,
    ],
    problem: '{asked} tokens were asked for, and it was made for {most}',
    fix: 'Ask for no more: `{localai} up --context {most}`.',
    source: 'vLLM config/model.py',
  },
  {
    id: 'batch-too-small',
    family: 'FAILED_SETTINGS',
    says: [
      /max_num_batched_tokens \((?<batch>\d+)\) is smaller than max_model_len \((?<context>\d+)\)/,
      /max_num_batched_tokens \((?<batch>\d+)\) must be greater than or equal to max_num_seqs/,
    ],
    problem: 'it may read {batch} tokens at once, which is too few for its other settings',
    fix: 'Take `--max-num-batched-tokens` out of `args` in config.yaml, then `{localai} up`.',
    source: 'vLLM config/scheduler.py',
  },
  {
    id: 'llama-context',
    family: 'FAILED_CONTEXT',
    says: [
      /failed to allocate (?:compute (?:pp |tg )?buffers|buffer for (?:kv|rs) cache)/,
      /failed to create context with model/,
      /the context size of \d+ is too large/i,
    ],
    rank: 'general',
    problem: 'its context does not fit into memory',
    fix: 'Ask for less: `{localai} up --context 4096`.',
    source: 'llama-context.cpp, llama-kv-cache.cpp',
  },
];
