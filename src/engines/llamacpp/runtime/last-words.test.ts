import { expect, test } from 'vitest';
import { LastWords } from './last-words.ts';

test('the last error line explains what was thrown', () => {
  const words = new LastWords();
  words.log('error', 'first');
  words.log('error', ' llama_model_load:  tensor data is not within the file\n');
  words.log('warn', 'something else');
  words.log('error', '\n');
  expect(words.explain('Failed to load model')).toBe(
    'Failed to load model (llama_model_load: tensor data is not within the file)',
  );
});

test('without one it stands alone', () => {
  expect(new LastWords().explain('Failed to load model')).toBe('Failed to load model');
});
