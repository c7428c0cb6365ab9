import { expect, test } from 'vitest';
import { engineApp } from '../../../../../test/support/engine-app.ts';
import { fakeRuntime } from '../../../../../test/support/fake-runtime.ts';

const url = '/v1/embeddings';

test('texts, lists and tokens; every input under its index', async () => {
  const app = await engineApp(fakeRuntime());
  const one = await app.post(url, { input: 'abc' });
  expect(one.json).toMatchObject({
    object: 'list',
    model: 'fake',
    data: [{ index: 0, object: 'embedding', embedding: [3, 0.5] }],
    usage: { prompt_tokens: 3, total_tokens: 3 },
  });
  const list = await app.post(url, { input: ['a', 'bc'] });
  expect(list.json.data.map((one: { embedding: number[] }) => one.embedding[0])).toEqual([1, 2]);
  expect((await app.post(url, { input: [1, 2, 3] })).json.data[0].embedding[0]).toBe(3);
  expect((await app.post(url, { input: [[1], [2, 3]] })).json.data).toHaveLength(2);
});

test('base64 are the same numbers as 32-bit floats', async () => {
  const app = await engineApp(fakeRuntime());
  const { json } = await app.post(url, { input: 'abc', encoding_format: 'base64' });
  const bytes = Buffer.from(json.data[0].embedding, 'base64');
  expect([bytes.readFloatLE(0), bytes.readFloatLE(4)]).toEqual([3, 0.5]);
});

test('what it cannot do is refused by name', async () => {
  const app = await engineApp(fakeRuntime());
  expect((await app.post(url, { input: 'a', dimensions: 8 })).json.error.param).toBe('dimensions');
  expect((await app.post(url, { input: '' })).json.error.param).toBe('input');
  expect((await app.post(url, { input: 'a', encoding_format: 'int8' })).json.error.param).toBe(
    'encoding_format',
  );
  const long = await app.post(url, { input: 'x'.repeat(1001) });
  expect(long.status).toBe(400);
  expect(long.json.error.message).toContain("This model's maximum context length is 1000 tokens");
});
