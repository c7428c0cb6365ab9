import { expect, test } from 'vitest';
import { realClock } from '../../../system/clock.ts';
import { LastWords } from './last-words.ts';

test('the last error line that says something explains what was thrown', async () => {
  const words = new LastWords(realClock);
  words.log('error', 'first');
  words.log('error', ' llama_model_load: error loading model: tensor "a" is not  within the file\n');
  words.log('error', 'llama_model_load_from_file_impl: failed to load model\n');
  words.log('warn', 'something else');
  words.log('error', '\n');
  expect(await words.explain('Failed to load model')).toBe(
    'Failed to load model (tensor "a" is not within the file)',
  );
});

test('a line that comes late still counts', async () => {
  const words = new LastWords(realClock);
  setImmediate(() => words.log('error', 'out of memory'));
  expect(await words.explain('Failed to create context')).toBe('Failed to create context (out of memory)');
});

test('without one it stands alone', async () => {
  expect(await new LastWords(realClock).explain('Failed to load model')).toBe('Failed to load model');
});
