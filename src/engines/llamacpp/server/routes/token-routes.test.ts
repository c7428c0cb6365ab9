import { expect, test } from 'vitest';
import { engineApp } from '../../../../../test/support/engine-app.ts';
import { fakeRuntime } from '../../../../../test/support/fake-runtime.ts';

test('a text becomes tokens and back, in vLLM’s shapes', async () => {
  const app = await engineApp(fakeRuntime({ facts: { addBos: true } }));
  const { json } = await app.post('/tokenize', { model: 'fake', prompt: 'a<e>', return_token_strs: true });
  expect(json).toEqual({
    count: 3,
    max_model_len: 1000,
    tokens: [70_003, 97, 70_004],
    token_strs: ['<s>', 'a', '<e>'],
  });
  const plain = await app.post('/tokenize', { prompt: 'a', add_special_tokens: false });
  expect(plain.json).toMatchObject({ count: 1, token_strs: null });
  expect((await app.post('/detokenize', { tokens: json.tokens })).json).toEqual({ prompt: '<s>a<e>' });
});

test('what is no text and no token is refused by name', async () => {
  const app = await engineApp(fakeRuntime());
  expect((await app.post('/tokenize', { prompt: 5 })).json.error.param).toBe('prompt');
  expect((await app.post('/tokenize', { messages: [] })).json.error.param).toBe('messages');
  expect((await app.post('/detokenize', { tokens: ['a'] })).json.error.param).toBe('tokens[0]');
  expect((await app.post('/detokenize', { tokens: [999_999] })).json.error.param).toBe('tokens');
  expect((await app.post('/tokenize', { prompt: 'a', model: 'other' })).status).toBe(404);
});
