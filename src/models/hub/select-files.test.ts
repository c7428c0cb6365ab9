import { expect, test } from 'vitest';
import { isFailure } from '../../errors.ts';
import { idOfFile } from '../model-id.ts';
import { partsOf, quantOf, selectFiles } from './select-files.ts';

const pick = (paths: readonly string[], wanted?: string): readonly string[] =>
  selectFiles(paths, wanted, 'org/repo').paths;

test.each([
  ['qwen2.5-coder-1.5b-instruct-q4_k_m.gguf', 'Q4_K_M', 'qwen2.5-coder-1.5b-instruct'],
  ['Qwen3-0.6B-Q8_0.gguf', 'Q8_0', 'Qwen3-0.6B'],
  ['SmolLM2-135M-Instruct.Q4_1.gguf', 'Q4_1', 'SmolLM2-135M-Instruct'],
  ['gpt-oss-20b-MXFP4.gguf', 'MXFP4', 'gpt-oss-20b'],
  ['Qwen3-4B-UD-Q4_K_XL.gguf', 'Q4_K_XL', 'Qwen3-4B'],
  ['model-IQ4_XS.gguf', 'IQ4_XS', 'model'],
  ['model-BF16-00001-of-00003.gguf', 'BF16', 'model'],
  ['Q4_K_M/model-Q4_K_M-00001-of-00003.gguf', 'Q4_K_M', 'model'],
  ['BF16/model-00001-of-00003.gguf', 'BF16', 'model'],
  ['localai-smoke.gguf', undefined, 'localai-smoke'],
  ['q4_0.gguf', 'Q4_0', 'q4_0'],
])('%s is %s and called %s', (path, quant, id) => {
  expect(quantOf(path)).toBe(quant);
  expect(idOfFile(path)).toBe(id);
});

test.each([
  [['a-Q8_0.gguf', 'a-Q4_K_M.gguf', 'a-F16.gguf'], ['a-Q4_K_M.gguf']],
  [['a-Q8_0.gguf', 'a-Q6_K.gguf', 'a-F16.gguf'], ['a-Q6_K.gguf']],
  [['a-F16.gguf', 'a-Q2_K.gguf'], ['a-F16.gguf']],
  [['a.gguf', 'README.md'], ['a.gguf']],
  // Parts of one are all taken, an incomplete set is not; of equals the one in one piece.
  [['a-Q4_K_M-00001-of-00002.gguf', 'a-Q4_K_M-00002-of-00002.gguf', 'a-Q4_K_M.gguf'], ['a-Q4_K_M.gguf']],
  [
    ['a-Q4_K_M-00001-of-00002.gguf', 'a-Q4_K_M-00002-of-00002.gguf', 'a-Q8_0.gguf'],
    ['a-Q4_K_M-00001-of-00002.gguf', 'a-Q4_K_M-00002-of-00002.gguf'],
  ],
  [['a-Q4_K_M-00001-of-00002.gguf', 'a-Q8_0.gguf'], ['a-Q8_0.gguf']],
  // What lies beside the model is not the model.
  [['mmproj-a-F16.gguf', 'eagle3-a-Q4_K_M.gguf', 'a-Q8_0.gguf', 'a.imatrix.gguf'], ['a-Q8_0.gguf']],
  // Two formats of the same weights are never both taken.
  [['a-Q4_0.gguf', 'model.safetensors', 'config.json'], ['a-Q4_0.gguf']],
  [
    ['model.safetensors', 'config.json', 'pytorch_model.bin', 'x/y.json'],
    ['model.safetensors', 'config.json'],
  ],
  [
    ['consolidated.safetensors', 'params.json'],
    ['consolidated.safetensors', 'params.json'],
  ],
])('of %j are taken %j', (paths, expected) => {
  expect(pick(paths)).toEqual(expected);
});

test('a named file is found whatever its capitals, and brings its other parts', () => {
  const paths = ['A-Q8_0.gguf', 'b-00001-of-00002.gguf', 'b-00002-of-00002.gguf'];
  expect(pick(paths, 'a-q8_0.gguf')).toEqual(['A-Q8_0.gguf']);
  expect(pick(paths, 'b-00002-of-00002.gguf')).toEqual(['b-00001-of-00002.gguf', 'b-00002-of-00002.gguf']);
  expect(partsOf('b-00002-of-00002.gguf')).toEqual(['b-00001-of-00002.gguf', 'b-00002-of-00002.gguf']);
});

const codeOf = (paths: readonly string[], wanted?: string): string | undefined => {
  try {
    pick(paths, wanted);
  } catch (caught) {
    if (isFailure(caught)) return caught.code;
    throw caught;
  }
  return undefined;
};

test('what cannot be picked is a fault', () => {
  expect(codeOf(['README.md'])).toBe('MODEL_NOT_SERVABLE');
  expect(codeOf(['a.gguf'], 'b.gguf')).toBe('HUB_NOT_FOUND');
  expect(codeOf(['config.json'], 'config.json')).toBe('MODEL_REFERENCE');
});
