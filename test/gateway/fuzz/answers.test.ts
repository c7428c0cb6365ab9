import { createParser } from 'eventsource-parser';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { failure } from '../../../src/errors.ts';
import { errorEvent } from '../../../src/gateway/protocols/openai.ts';
import { addAnswerHeaders, upstreamHeaders } from '../../../src/gateway/upstream/headers.ts';
import { UsageTail } from '../../../src/gateway/upstream/usage-tail.ts';
import { cutAt } from '../../fakes/wire.ts';
import { runs } from './runs.ts';

const lineEnd = fc.constantFrom('\n', '\r\n', '\r');

/** An event with a text in which everything that could mislead a reader stands. */
const event = fc
  .record({
    text: fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.constantFrom(
        '"usage":{"prompt_tokens":1,"completion_tokens":1}',
        '日本 👩‍👩‍👧',
        '\n\ndata: [DONE]',
        '}',
      ),
    ),
    kind: fc.constantFrom('data: ', 'data:', ': ', 'event: x'),
  })
  .map(({ text, kind }) => (kind.startsWith('data') ? `${kind}${JSON.stringify({ text })}` : kind));

const stream = fc
  .tuple(fc.array(event, { maxLength: 8 }), lineEnd)
  .map(([events, end]) => events.map((one) => one + end + end).join(''));

const cuts = fc.array(fc.nat(), { maxLength: 6 });

const cut = (bytes: Buffer, places: readonly number[]): readonly Uint8Array[] => {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort((a, b) => a - b);
  return cutAt(bytes, ...sorted);
};

const amount = fc.integer({ min: 0, max: 999_999_999 });

test('whatever came before it and however it is cut, a usage at the end is read', () => {
  fc.assert(
    fc.property(stream, amount, amount, cuts, fc.boolean(), (before, prompt, completion, places, plain) => {
      const details = {
        prompt_tokens: prompt,
        total_tokens: prompt + completion,
        completion_tokens: completion,
      };
      const usage = { ...details, prompt_tokens_details: { cached_tokens: 1 } };
      const text = plain
        ? JSON.stringify({ choices: [{ message: { content: before } }], usage, kv_transfer_params: null })
        : `${before}data: ${JSON.stringify({ choices: [], usage })}\n\ndata: [DONE]\n\n`;
      const tail = new UsageTail();
      for (const piece of cut(Buffer.from(text), places)) tail.add(Buffer.from(piece));
      expect(tail.read()).toEqual({ prompt, completion });
    }),
    { numRuns: runs.usage / 2 },
  );
});

test('an answer without a usage never seems to have one, whatever its bytes', () => {
  const piece = fc.oneof(
    stream.map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom('"usage":', '"usage": null', '{', '"prompt_tokens":1e9', '}', '\\"usage\\":{')
      .map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const tail = new UsageTail();
      for (const bytes of pieces) tail.add(bytes);
      expect(tail.read()).toBeUndefined();
    }),
    { numRuns: runs.usage / 2 },
  );
});

test('wherever a stream breaks off, the last event that its client reads is the error', () => {
  const error = failure('UPSTREAM_DIED', { model: 'tiny', problem: 'it was killed' });
  fc.assert(
    fc.property(stream, fc.nat(), cuts, (text, at, places) => {
      const whole = Buffer.from(text);
      const sent = whole.subarray(0, at % (whole.length + 1));
      const last = cut(sent, places).at(-1);
      const events: string[] = [];
      const parser = createParser({ onEvent: ({ data }) => events.push(data) });
      parser.feed(sent.toString() + errorEvent(error, last));
      expect(JSON.parse(events.at(-1) ?? '').error).toMatchObject({ code: 'upstream_died' });
    }),
    { numRuns: runs.endings },
  );
});

const headerName = fc.oneof(
  fc.stringMatching(/^[a-z][a-z0-9-]{0,12}$/),
  fc.constantFrom('connection', 'keep-alive', 'te', 'trailer', 'upgrade', 'server', 'date', 'content-type'),
  fc.constantFrom(
    'x-api-key',
    'authorization',
    'cookie',
    'x-forwarded-for',
    'accept',
    'traceparent',
    'api-key',
  ),
);
const headers = fc.dictionary(
  headerName,
  fc.oneof(fc.string(), fc.constantFrom('close', 'x-a, x-b', 'X-A')),
  {
    noNullPrototype: true,
  },
);

/** The names in a list of names and values. */
const namesIn = (list: readonly string[]): readonly string[] => list.filter((_, at) => at % 2 === 0);

test("an engine hears nothing of a client's keys, cookies and ways, a client nothing of the engine's connection", () => {
  const toEngine = /^(?:content-type|accept(?:-encoding)?|x-request-id|trace(?:parent|state)|x-session-id)$/;
  const ofConnection = /^(?:connection|keep-alive|te|trailer|transfer-encoding|upgrade|server)$/;
  fc.assert(
    fc.property(headers, (given) => {
      const told = namesIn(upstreamHeaders(given, 'id')).filter((name) => !toEngine.test(name));
      const passed: string[] = [];
      addAnswerHeaders(passed, given);
      const names = namesIn(passed);
      const named = (given['connection'] ?? '').toLowerCase().split(/\s*,\s*/);
      const kept = names.filter((name) => ofConnection.test(name) || named.includes(name));
      const plain = Object.entries(given).filter(([name]) => /^x-[^alr]/.test(name) && !named.includes(name));
      const lost = plain.filter(([name, value]) => passed[names.indexOf(name) * 2 + 1] !== value);
      expect({ told, kept, lost }).toEqual({ told: [], kept: [], lost: [] });
    }),
    { numRuns: runs.headers },
  );
});
