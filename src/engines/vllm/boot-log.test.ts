import { expect, test } from 'vitest';
import { nothingSaid, readBootLine } from './boot-log.ts';

const prefix = '(EngineCore pid=4711) INFO 11-25 09:12:44 [x.py:1] ';

const after = (...lines: readonly string[]) =>
  lines.reduce((boot, line) => readBootLine(boot, prefix + line), nothingSaid);

test.each([
  ['Resolved architecture: LlamaForCausalLM', 'reading its configuration'],
  ['Starting to load model /models/tiny...', 'loading weights'],
  [
    'Loading safetensors checkpoint shards:  50% Completed | 1/2 [00:01<00:01,  1.0s/it]',
    'loading weights (50 %)',
  ],
  ['Model loading took 0.26 GiB memory and 0.312 seconds', 'measuring memory'],
  ['Using cache directory: /c/torch_compile_cache/a/rank_0_0/backbone for vLLM torch.compile', 'compiling'],
  [
    'Capturing CUDA graphs (mixed prefill-decode, PIECEWISE):  67%|######7   | 2/3',
    'capturing CUDA graphs (67 %)',
  ],
  ['init engine (profile, create kv cache, warmup model) took 61.2 s', 'starting its server'],
])('%s', (line, phase) => {
  expect(after(line).phase).toBe(phase);
});

test('the figures of the first start, in one line or in two', () => {
  const one = after(
    'GPU KV cache size: 46,592 tokens, Maximum concurrency for 2,048 tokens per request: 22.75x',
  );
  const two = after(
    'CPU KV cache size: 46,592 tokens',
    'Maximum concurrency for 2,048 tokens per request: 22.75x',
  );
  expect(one).toMatchObject({ cacheTokens: 46_592, contextTokens: 2048, concurrency: 22.75 });
  expect(two).toEqual(one);
  expect(after('Available KV cache memory: 10.87 GiB').cacheGib).toBe(10.87);
  expect(after('Explicitly set (1.0/11.59) GiB for KV cache on node 0.').cacheGib).toBe(1);
  const hint = 'Replace gpu_memory_utilization config with `--kv-cache-memory=26470123` (0.02 GiB) to fit';
  expect(after(hint).suggestedCacheBytes).toBe(26_470_123);
});

test('a line that says nothing changes nothing', () => {
  const boot = after('Starting to load model /models/tiny...');
  expect(readBootLine(boot, `${prefix}Using pin memory`)).toBe(boot);
});
