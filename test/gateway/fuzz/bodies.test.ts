import fc from 'fast-check';
import { expect, test } from 'vitest';
import { defaultLimits } from '../../../src/api/gateway-config.ts';
import { isFailure } from '../../../src/errors.ts';
import { type BodyKind, type RequestFacts, requestReader } from '../../../src/gateway/request-body.ts';
import { withMembers } from '../../../src/gateway/upstream/member-patch.ts';
import { runs } from './runs.ts';

const limits = { ...defaultLimits, messages: 3, messageChars: 20, maxTokens: 100, n: 4 };
const read = requestReader(limits);

const some = fc.oneof(fc.constantFrom(undefined, null, true, 0, -1, 1.5, '', [], {}), fc.jsonValue());

const content = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.array(fc.record({ type: fc.constant('text'), text: fc.string({ maxLength: 15 }) }), { maxLength: 3 }),
  some,
);

const fields = fc.record(
  {
    model: fc.oneof({ weight: 3, arbitrary: fc.string({ unit: 'grapheme' }) }, some),
    stream: fc.oneof({ weight: 3, arbitrary: fc.boolean() }, some),
    messages: fc.oneof(
      { weight: 3, arbitrary: fc.array(fc.record({ role: fc.constant('user'), content }), { maxLength: 4 }) },
      some,
    ),
    prompt: fc.oneof(content, some),
    max_tokens: fc.oneof(fc.integer({ min: -5, max: 200 }), some),
    max_completion_tokens: fc.oneof(fc.integer({ min: 0, max: 200 }), some),
    n: fc.oneof(fc.integer({ min: 0, max: 6 }), some),
    ['__proto__']: some,
  },
  { requiredKeys: [] },
);

/** A text with a few characters put in or taken out. */
const damaged = (texts: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  fc
    .tuple(texts, fc.nat(), fc.constantFrom('', ',', '"', '}', '[', '\\', '\u0000', 'x'), fc.nat({ max: 2 }))
    .map(([text, at, put, cut]) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + put + text.slice(place + cut);
    });

const texts = fields.map((value) => JSON.stringify(value));

const body = fc.oneof(
  { weight: 6, arbitrary: texts.map((text) => Buffer.from(text)) },
  { weight: 3, arbitrary: damaged(texts).map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.jsonValue().map((value) => Buffer.from(JSON.stringify(value))) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes)) },
);

const parsed = (bytes: Buffer): unknown => {
  try {
    return JSON.parse(bytes.toString());
  } catch {
    return undefined;
  }
};

const kinds: readonly BodyKind[] = ['chat', 'completion', 'other'];

const isWhole = (value: unknown): boolean => value === undefined || value === null || Number.isInteger(value);

const isFew = (value: unknown): boolean =>
  value === undefined || value === null || (Number.isInteger(value) && Number(value) <= limits.n);

/** The characters of a content, as a reader of the documentation would count them. */
const characters = (value: unknown): number => {
  if (typeof value === 'string') return value.length;
  const parts: readonly unknown[] = Array.isArray(value) ? value : [];
  return parts
    .map((part) => (part as { text?: unknown } | null)?.text)
    .filter((text) => typeof text === 'string')
    .reduce((sum, text) => sum + text.length, 0);
};

const isShort = (value: unknown): boolean => characters(value) <= limits.messageChars;

/** Whether a body may be taken. */
const acceptable = (value: unknown, kind: BodyKind): boolean => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const { model, stream, messages, prompt, n, best_of, ...rest } = value as Readonly<Record<string, unknown>>;
  if (!(model === undefined || model === null || typeof model === 'string')) return false;
  if (!(stream === undefined || stream === null || typeof stream === 'boolean')) return false;
  if (kind === 'other') return true;
  const list = messages === undefined ? [] : messages;
  const prompts: readonly unknown[] = Array.isArray(prompt) ? prompt : [prompt];
  return (
    [n, best_of].every(isFew) &&
    [rest['max_tokens'], rest['max_completion_tokens']].every(isWhole) &&
    Array.isArray(list) &&
    list.length <= limits.messages &&
    list.every((message) => isShort(message?.content)) &&
    prompts.every((one) => typeof one !== 'string' || isShort(one))
  );
};

/** What was read must be what is there; the request as it goes on must be within the limits. */
const checkRead = (bytes: Buffer, kind: BodyKind, { model, stream, changes }: RequestFacts): void => {
  const value = parsed(bytes) as Readonly<Record<string, unknown>>;
  expect(model ?? null).toBe(value['model'] ?? null);
  expect(stream).toBe(value['stream'] ?? false);
  const sent = changes ? JSON.parse(withMembers(bytes, changes).toString()) : value;
  expect(sent).toEqual({ ...value, ...changes });
  if (kind === 'other') return;
  for (const name of ['max_tokens', 'max_completion_tokens']) {
    expect(sent[name] ?? 0).toBeLessThanOrEqual(limits.maxTokens);
  }
  expect(sent['n'] ?? 1).toBeLessThanOrEqual(limits.n);
  expect((sent['messages'] ?? []).length).toBeLessThanOrEqual(limits.messages);
};

test('whatever the body, it is read rightly or refused with a 400 that says why', () => {
  fc.assert(
    fc.property(body, fc.constantFrom(...kinds), (bytes, kind) => {
      const value = parsed(bytes);
      let facts: RequestFacts | undefined;
      try {
        ({ facts } = read(bytes, kind));
      } catch (caught) {
        if (!isFailure(caught)) throw caught;
        expect(caught.httpStatus).toBe(400);
        if (caught.code === 'REQUEST_NOT_JSON') expect(value).toBeUndefined();
      }
      expect(facts !== undefined).toBe(acceptable(value, kind));
      if (facts) checkRead(bytes, kind, facts);
    }),
    { numRuns: runs.bodies },
  );
});

const blanks = fc.constantFrom('', ' ', '\n', '\t \r\n');
const keyText = fc.oneof(
  fc.constantFrom(
    '"model"',
    '"mod\\u0065l"',
    '"\\u006dodel"',
    '"max_tokens"',
    '"Model"',
    '"model "',
    '"\\""',
  ),
  fc.string({ unit: 'grapheme', maxLength: 5 }).map((text) => JSON.stringify(text)),
);
const valueText = fc.oneof(
  fc.constantFrom('1.0', '-0', '1E5', '12345678901234567890', '"\\u0041"', '"}"', '"\\\\"', '"a\\"b"'),
  fc.constantFrom('{"model":"inner"}', '[{"model":1}]', '[]', '{}', 'null', 'true', '{"a":"}","model":{}}'),
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
);
const member = fc.record({ key: keyText, value: valueText, blank: blanks });

test('whatever the object, only the members that are set change, and of those only the values', () => {
  fc.assert(
    fc.property(fc.array(member, { maxLength: 6 }), fc.string({ unit: 'grapheme' }), (members, name) => {
      const values = { model: name, max_tokens: 7 };
      const setTo = (key: string): string | number | undefined =>
        Object.hasOwn(values, JSON.parse(key)) ? values[JSON.parse(key) as keyof typeof values] : undefined;
      const write = (change: boolean): string =>
        members
          .map(({ key, value, blank }) => {
            const now = change ? setTo(key) : undefined;
            const written = now === undefined ? value : JSON.stringify(now);
            return `${blank}${key}${blank}:${blank}${written}${blank}`;
          })
          .join(',');
      const missing = Object.entries(values)
        .filter(([one]) => !members.some(({ key }) => JSON.parse(key) === one))
        .map(([one, value]) => `${JSON.stringify(one)}:${JSON.stringify(value)}`)
        .join(',');
      const added = missing !== '' && members.length > 0 ? `${missing},` : missing;
      const result = withMembers(Buffer.from(` {${write(false)}} `), values).toString();
      expect(result).toBe(` {${added}${write(true)}} `);
    }),
    { numRuns: runs.members },
  );
});
