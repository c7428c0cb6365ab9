import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Usage, UsageTail } from './usage-tail.ts';

const read = (...pieces: readonly (string | Uint8Array)[]): Usage | undefined => {
  const tail = new UsageTail();
  for (const piece of pieces) tail.add(Buffer.from(piece));
  return tail.read();
};

const usage = '"usage":{"prompt_tokens":7,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":5}}';

test.each([
  ['a plain answer', `{"choices":[{"message":{"content":"x"}}],${usage}}`],
  ['a stream', `data: {"choices":[]}\n\ndata: {"choices":[],${usage}}\n\ndata: [DONE]\n\n`],
  [
    'usage in every event',
    `data: {"usage":{"prompt_tokens":7,"completion_tokens":1}}\n\ndata: {${usage}}\n\n`,
  ],
  ['other framing', `data:{"usage" : {"prompt_tokens":7,"completion_tokens":3}}\r\n\r\n`],
  ['after much text', `{"content":"${'日'.repeat(20_000)}",${usage}}`],
])('%s', (_what, text) => {
  expect(read(text)).toEqual({ prompt: 7, completion: 3 });
});

test('embeddings have no completion', () => {
  expect(read('{"usage":{"prompt_tokens":7,"total_tokens":7}}')).toEqual({ prompt: 7, completion: 0 });
});

test.each(['', 'data: {"usage":null}\n\n', '{"usage":{"prompt_tok', '{"usage":{}}', '{"usage":{a}}'])(
  '%j says nothing',
  (text) => {
    expect(read(text)).toBeUndefined();
  },
);

test('wherever the pieces are cut', () => {
  const bytes = Buffer.from(
    `${`data: {"text":"日本 👩‍👩‍👧"}\n\n`.repeat(200)}data: {"choices":[],${usage}}\n\n`,
  );
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 50 }), (sizes) => {
      const pieces: Uint8Array[] = [];
      for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
        const size = sizes[turn % sizes.length] ?? 1;
        pieces.push(bytes.subarray(at, at + size));
        at += size;
      }
      expect(read(...pieces)).toEqual({ prompt: 7, completion: 3 });
    }),
  );
});

test('whatever bytes come, nothing is thrown', () => {
  const piece = fc.oneof(
    fc.uint8Array(),
    fc.constantFrom('"usage":{', '{', '}', '"').map((s) => Buffer.from(s)),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => void read(...pieces)),
    { numRuns: 1000 },
  );
});
