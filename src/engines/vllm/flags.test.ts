import { expect, test } from 'vitest';
import { testedVllm } from '../../machine/gpus/vllm-support.ts';
import { tableVersion } from './flag-table.ts';
import { changedFlags, checkFlags, checkRemoved } from './flags.ts';
import { parseFlags } from './parse-flags.ts';

test.each([
  [['--max-model-len', '32k', '--max-num-seqs', '8', '--dtype', 'half']],
  [['--max-model-len', 'auto', '--seed', '-1']],
  [['--max_model_len=-1']],
  [['--kv-cache-memory=26G']],
  [['--no-enable-prefix-caching', '--enforce-eager', '-tp', '2', '-O3', '-O', '2', '-cc.mode=3']],
  [['--override-generation-config', '{"temperature": 0.6}', '--cudagraph-capture-sizes', '1', '2', '4']],
  [['--moe-backend', 'Flashinfer-Cutlass', '--limit-mm-per-prompt.image', '2']],
  [['--chat-template', '{{ messages }}', '--gpu-memory-utilization', '0.85']],
])('vLLM takes %j', (words) => {
  expect(checkFlags(words)).toEqual([]);
});

test.each([
  [['--max-model-length', '8k'], 'vLLM has no --max-model-length; did you mean --max-model-len?'],
  [['--max-num-seqs'], '--max-num-seqs needs a value'],
  [['--max-num-seqs', 'many'], '--max-num-seqs takes a whole number, not "many"'],
  [['--max-model-len', '1.5K'], '--max-model-len takes a whole number, e.g. 8192 or 8k, or auto, not "1.5K"'],
  [['--dtype', 'int4'], '--dtype takes one of auto, bfloat16, float, float16, float32, half, not "int4"'],
  [['--enforce-eager=true'], '--enforce-eager takes no value, and was given "true"'],
  [['--enforce-eager', 'true'], '"true" belongs to no flag'],
  [['--limit-mm-per-prompt', 'image=2'], '--limit-mm-per-prompt takes JSON, not "image=2"'],
  [['--port', '9'], '--port is set by localai: the gateway alone talks to the engine; set `gateway.port`'],
  [['-q'], '-q needs a value'],
  [['--xyzzy'], 'vLLM has no --xyzzy'],
  [
    ['--swap-space', '4'],
    'vLLM has no --swap-space any more: vLLM no longer swaps; `--kv-offloading-size` keeps cache in main memory',
  ],
])('%j is refused', (words, problem) => {
  expect(checkFlags(words)).toEqual([problem]);
});

test('a removed flag takes its values along, however it is spelled', () => {
  const planned = ['--kv-cache-memory-bytes', '1024', '--enable-sleep-mode', '--max-num-seqs', '8'];
  const removeArgs = ['--kv_cache_memory_bytes', '--no-enable-sleep-mode'];
  expect(changedFlags(planned, { removeArgs })).toEqual(['--max-num-seqs', '8']);
  expect(checkRemoved(removeArgs)).toEqual([]);
});

test('what is to be removed is a name and nothing more', () => {
  expect(checkRemoved(['--max-num-seqs', '8'])).toEqual([
    'name --max-num-seqs alone; its value goes with it',
  ]);
  expect(checkRemoved(['--max-seqs'])).toEqual(['vLLM has no --max-seqs; did you mean --max-num-seqs?']);
});

test("the user's flags take the place of ours", () => {
  const planned = ['--max-model-len', '4096', '--max-num-seqs', '8', '--enable-prefix-caching'];
  expect(changedFlags(planned, { args: ['--max_model_len=8k', '--no-enable-prefix-caching'] })).toEqual([
    '--max-num-seqs',
    '8',
    '--max_model_len=8k',
    '--no-enable-prefix-caching',
  ]);
});

test('a part of a JSON value does not replace the whole', () => {
  const planned = ['--compilation-config', '{"mode": 3}'];
  expect(changedFlags(planned, { args: ['-cc.cudagraph_mode', 'NONE'] })).toEqual([
    '--compilation-config',
    '{"mode": 3}',
    '-cc.cudagraph_mode',
    'NONE',
  ]);
});

test('negative numbers and texts with spaces are values', () => {
  expect(parseFlags(['--seed', '-5', '--chat-template', '-- none'])).toMatchObject([
    { name: '--seed', values: ['-5'] },
    { name: '--chat-template', values: ['-- none'] },
  ]);
});

test('the table is of the version that is served', () => {
  expect(tableVersion).toBe(testedVllm);
});
