import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Usage, UsageTail } from './usage-tail.ts';

const read = (...pieces: readonly (string | Uint8Array)[]): Usage | undefined => {
  const tail = new UsageTail();
  for (const piece of pieces) tail.add(Buffer.from(piece));
  return tail.read();
};

const numbers =
  '{"prompt_tokens":7,"completion_tokens":3,"total_tokens":10,"prompt_tokens_details":{"cached_tokens":5}}';
const usage = `"usage":${numbers}`;
const taken = { prompt: 7, completion: 3 };

test.each([
  ['a plain answer', `{"choices":[{"message":{"content":"x"}}],${usage}}`],
  ['a plain answer of vLLM', `{"choices":[],${usage},"prompt_logprobs":null,"kv_transfer_params":null}`],
  [
    'a plain answer, indented',
    `{\n  "choices": [],\n  "usage": ${JSON.stringify(JSON.parse(numbers), null, 2)}\n}`,
  ],
  ['a stream', `data: {"choices":[]}\n\ndata: {"choices":[],${usage}}\n\ndata: [DONE]\n\n`],
  [
    'a stream in CRLF',
    `data: {"choices":[]}\r\n\r\ndata: {"choices":[],${usage}}\r\n\r\ndata: [DONE]\r\n\r\n`,
  ],
  ['a stream without [DONE]', `data: {"choices":[],${usage}}\n\n`],
  ['a stream whose end is cut off', `data: {"choices":[],${usage}}\n\ndata: [DO`],
  [
    'usage in the last event but one',
    `data: {${usage}}\n\ndata: {"choices":[],"usage":null}\n\ndata: [DONE]\n\n`,
  ],
  [
    'usage and other events after it',
    `data: {${usage}}\n\n: ping\n\nevent: timings\ndata: {"a":{"b":1}}\n\n`,
  ],
  [
    'usage in every event',
    `data: {"usage":{"prompt_tokens":7,"completion_tokens":1}}\n\ndata: {${usage}}\n\n`,
  ],
  [
    'a last usage that is cut off: what was said before',
    `data: {${usage}}\n\ndata: {"usage":{"prompt_tokens":7,"completion_tokens":4`,
  ],
  ['other framing', `data:{"usage" : {"prompt_tokens":7,"completion_tokens":3}}\r\n\r\n`],
  ['after much text', `{"content":"${'日'.repeat(20_000)}",${usage}}`],
  ['a text that speaks of usage', `{"content":"\\"usage\\":{\\"prompt_tokens\\":1}",${usage}}`],
])('%s', (_what, text) => {
  expect(read(text)).toEqual(taken);
});

test('embeddings have no completion', () => {
  expect(read('{"usage":{"prompt_tokens":7,"total_tokens":7}}')).toEqual({ prompt: 7, completion: 0 });
});

test.each([
  '',
  'data: {"usage":null}\n\n',
  '{"usage":{"prompt_tok',
  '{"usage":{}}',
  '{"usage":{a}}',
  '{"usage":{"prompt_tokens":7}}',
  '{"usage":{"prompt_tokens":7,"total_tokens":3}}',
  '{"usage":{"prompt_tokens":-7,"completion_tokens":3}}',
  '{"usage":{"prompt_tokens":"7","completion_tokens":3}}',
  '{"usage":{"prompt_tokens":7.5,"completion_tokens":3}}',
  '{"usage":{"prompt_tokens":7,"completion_tokens":1e3}}',
  '{"usage":{"prompt_tokens":7,"completion_tokens":99999999999999999999}}',
  '{"usage":{"prompt_tokens":7,"completion_tokens":3',
  '{"content":"\\"usage\\":{\\"prompt_tokens\\":1,\\"completion_tokens\\":2}"}',
  '{"usage":"x","prompt_tokens":7,"completion_tokens":3}',
])('%j says nothing that can be relied on', (text) => {
  expect(read(text)).toBeUndefined();
});

/** Bytes in pieces of these sizes, over and over. */
const cut = (bytes: Buffer, sizes: readonly number[]): readonly Uint8Array[] => {
  const pieces: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn += 1) {
    const size = sizes[turn % sizes.length] ?? 1;
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
};

const sizes = fc.array(fc.integer({ min: 1, max: 700 }), { minLength: 1, maxLength: 50 });

describe('in any framing', () => {
  const count = fc.integer({ min: 0, max: 999_999_999 });
  const given = fc.record({ prompt: count, completion: count });
  const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
  const event = fc.oneof(
    fc.string({ unit: 'binary' }).map((content) => ({ choices: [{ delta: { content } }] })),
    fc.constant({ choices: [], usage: null }),
    fc.string({ unit: 'binary' }).map((text) => ({
      arguments: JSON.stringify({ usage: { prompt_tokens: 1, completion_tokens: 1, text } }),
    })),
  );
  const stream = fc
    .record({
      before: fc.array(event, { maxLength: 30 }),
      after: fc.array(event, { maxLength: 2 }),
      given,
      end: lineEnd,
      space: fc.constantFrom('', ' '),
      done: fc.constantFrom('data: [DONE]', 'data: [DO', ': ping', ''),
    })
    .map(({ before, after, given: { prompt, completion }, end, space, done }) => {
      const last = {
        choices: [],
        usage: { prompt_tokens: prompt, total_tokens: 0, completion_tokens: completion },
      };
      const framed = [...before, last, ...after].map(
        (each) => `data:${space}${JSON.stringify(each)}${end}${end}`,
      );
      return {
        text: `${framed.join('')}${done}${end}${end}`,
        before: framed.slice(0, before.length).join(''),
        prompt,
        completion,
      };
    });

  test('what the answer says is read, however it is cut into pieces', () => {
    fc.assert(
      fc.property(stream, sizes, ({ text, prompt, completion }, pieces) => {
        // What comes after the usage is short here, as it is in life.
        fc.pre(Buffer.byteLength(text.slice(text.lastIndexOf('"usage":{'))) < 4000);
        expect(read(...cut(Buffer.from(text), pieces))).toEqual({ prompt, completion });
      }),
      { numRuns: 500 },
    );
  });

  test('an answer that breaks off says all of it or nothing, never something else', () => {
    fc.assert(
      fc.property(
        stream,
        fc.double({ min: 0, max: 1, noNaN: true }),
        ({ text, prompt, completion }, part) => {
          const bytes = Buffer.from(text);
          const found = read(bytes.subarray(0, Math.floor(bytes.length * part)));
          if (found !== undefined) expect(found).toEqual({ prompt, completion });
        },
      ),
      { numRuns: 500 },
    );
  });

  test('an answer without usage never gets one', () => {
    fc.assert(
      fc.property(stream, sizes, ({ before }, pieces) => {
        expect(read(...cut(Buffer.from(before), pieces))).toBeUndefined();
      }),
      { numRuns: 300 },
    );
  });
});

test('whatever bytes come, nothing is thrown', () => {
  const piece = fc.oneof(
    fc.uint8Array(),
    fc.constantFrom('"usage":{', '"prompt_tokens":', '1', '{', '}', '"').map((s) => Buffer.from(s)),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => void read(...pieces)),
    { numRuns: 1000 },
  );
});

const says = (text: string): boolean => {
  const tail = new UsageTail();
  tail.add(Buffer.from(text));
  return tail.saysError();
};

test.each([
  [
    'as vLLM writes it',
    'data: {"choices":[]}\n\ndata: {"error": {"message": "no"}}\n\ndata: [DONE]\n\n',
    true,
  ],
  ['alone, with no space', 'data:{"error":{"message":"no"}}\r\n\r\n', true],
  ['none', 'data: {"choices":[],"error":null}\n\ndata: [DONE]\n\n', false],
  ['a text about one', 'data: {"text":"data: {\\"error\\": {}}"}\n\n', false],
  ['nothing', '', false],
])('an error event is seen: %s', (_what, text, expected) => {
  expect(says(text)).toBe(expected);
});
