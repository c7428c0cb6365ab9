import { expect, test } from 'vitest';
import { readBootLog } from './boot-log.ts';
import { layerCounter } from './images.ts';
import { parseStackLogLine } from './stack-logs.ts';

const start = [
  '(EngineCore pid=12) INFO Starting to load model Qwen/Qwen3.6-27B...',
  'Loading safetensors checkpoint shards:  50% Completed | 1/2',
  'Loading safetensors checkpoint shards: 100% Completed | 2/2',
  '(EngineCore pid=12) INFO Loading weights took 12.30 seconds',
];
const memory = [
  '(EngineCore pid=12) INFO torch.compile took 31.20 s in total',
  '(EngineCore pid=12) INFO Available KV cache memory: 5.98 GiB',
  '(EngineCore pid=12) INFO GPU KV cache size: 567,978 tokens, Maximum concurrency for 131,072 tokens per request: 4.33x',
];

test('the phase is the last thing that began', () => {
  expect(readBootLog('')).toMatchObject({ phase: null, weights: null });
  expect(readBootLog(start.slice(0, 2).join('\n'))).toMatchObject({
    phase: 'loading the weights',
    weights: 0.5,
  });
  expect(readBootLog(start.join('\n'))).toMatchObject({ phase: 'compiling', weights: 1 });
  expect(readBootLog([...start, ...memory].join('\n'))).toMatchObject({ phase: 'capturing graphs' });
});

test('the figures of the memory are read, in one line or in two', () => {
  const hint = 'Replace gpu_memory_utilization config with `--kv-cache-memory=6418333696` (5.98 GiB)';
  const found = {
    availableGib: 5.98,
    cacheTokens: 567_978,
    concurrency: 4.33,
    suggestedBytes: 6_418_333_696,
  };
  expect(readBootLog([...memory, hint].join('\n'))).toMatchObject(found);
  const older =
    'GPU KV cache size: 567,978 tokens\nMaximum concurrency for 131,072 tokens per request: 4.33x';
  expect(readBootLog(older)).toMatchObject({ cacheTokens: 567_978, concurrency: 4.33, suggestedBytes: null });
});

test('layers are counted as `docker pull` tells of them', () => {
  const count = layerCounter();
  const lines = [
    'v0.32.0: Pulling from vllm/vllm-openai',
    '0123456789ab: Already exists',
    'aaaaaaaaaaaa: Pulling fs layer',
    'bbbbbbbbbbbb: Waiting',
    'aaaaaaaaaaaa: Download complete',
  ];
  expect(lines.map(count).at(-1)).toEqual({ total: 3, fetched: 2, unpacked: 1 });
  expect(count('aaaaaaaaaaaa: Pull complete')).toEqual({ total: 3, fetched: 2, unpacked: 2 });
});

test('a line of a log has its container and its time', () => {
  expect(parseStackLogLine('vllm-coder-1  | 2026-11-25T14:00:00.1Z INFO hello | there')).toEqual({
    ...{ log: 'vllm-coder', time: '2026-11-25T14:00:00.1Z', line: 'INFO hello | there' },
  });
  expect(parseStackLogLine('time="…" level=warning msg="x"')).toBeUndefined();
});
