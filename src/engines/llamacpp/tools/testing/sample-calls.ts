import fc from 'fast-check';
import type { AnswerPiece } from '../answer-parser.ts';
import type { ChatTool } from '../tool.ts';
import type { WrittenCall } from '../write-calls.ts';

const tool = (name: string, parameters?: unknown): ChatTool => ({
  type: 'function',
  function: { name, description: `The tool ${name}.`, ...(parameters === undefined ? {} : { parameters }) },
});

/** Shaped like what agents send; one name begins with another's. */
export const sampleTools: readonly ChatTool[] = [
  tool('write_file', {
    type: 'object',
    properties: { path: { type: 'string' }, content: { type: 'string' } },
    required: ['path', 'content'],
    additionalProperties: false,
  }),
  tool('write', {
    type: 'object',
    properties: {
      count: { type: 'integer' },
      dry: { type: 'boolean' },
      options: { type: 'object', properties: { depth: { type: 'number' } } },
      tags: { type: 'array', items: { type: 'string' } },
    },
    required: ['count'],
    additionalProperties: false,
  }),
  tool('now', { type: 'object', properties: {}, additionalProperties: false }),
];

/** Text with what code and prose are made of. */
const text = (pieces: readonly string[]): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((parts) => parts.join(''));

const proseAndCode = [
  'a',
  'B',
  '7',
  ' ',
  '\n',
  '  ',
  'é',
  '漢',
  '🙂',
  '.',
  ',',
  ':',
  '{',
  '}',
  '[',
  ']',
  '<',
  '>',
  '/',
];

/** Quotes break the templates that do not escape them. */
export const quoteless: fc.Arbitrary<string> = text([...proseAndCode, '</', '<b>', '`', '$', '%']);
export const anyText: fc.Arbitrary<string> = text([
  ...proseAndCode,
  '"',
  "'",
  '\\',
  '\t',
  'null',
  '"}',
  '{"name": "',
]);

export const sampleCall = (texts: fc.Arbitrary<string>): fc.Arbitrary<WrittenCall> =>
  fc.oneof(
    fc.record({ path: texts, content: texts }).map((values) => ({ name: 'write_file', arguments: values })),
    fc
      .record(
        {
          count: fc.integer({ min: -999, max: 999 }),
          dry: fc.boolean(),
          options: fc.record({ depth: fc.integer({ min: 0, max: 99 }) }),
          tags: fc.array(texts, { maxLength: 3 }),
        },
        { requiredKeys: ['count'] },
      )
      .map((values) => ({ name: 'write', arguments: values })),
    fc.constant({ name: 'now', arguments: {} }),
  );

/** Cuts a text at the places given, as shares of its length. */
export const cutUp = (whole: string, places: readonly number[]): readonly string[] => {
  const cuts = [...new Set(places.map((place) => Math.floor(place * whole.length)))].sort((a, b) => a - b);
  return [...cuts, whole.length].map((cut, i) => whole.slice(cuts[i - 1] ?? 0, cut));
};

export const places: fc.Arbitrary<readonly number[]> = fc.array(
  fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }),
  { maxLength: 30 },
);

export interface ReadAnswer {
  readonly content: string;
  readonly reasoning: string;
  readonly calls: readonly { readonly name: string; readonly arguments: string }[];
}

/** Puts an answer's pieces together; throws when the pieces of a call do not come in order. */
export const gather = (pieces: readonly AnswerPiece[]): ReadAnswer => {
  const texts = { content: '', reasoning: '' };
  const calls: { name: string; arguments: string }[] = [];
  let open = -1;
  for (const piece of pieces) {
    if (piece.type === 'content' || piece.type === 'reasoning') texts[piece.type] += piece.text;
    else if (piece.type === 'tool-start') {
      if (open !== -1 || piece.index !== calls.length) throw new Error('a call began within another');
      open = piece.index;
      calls.push({ name: piece.name, arguments: '' });
    } else {
      const call = calls[piece.index];
      if (!call || piece.index !== open) throw new Error('a piece of a call that is not open');
      if (piece.type === 'tool-arguments') call.arguments += piece.text;
      else open = -1;
    }
  }
  if (open !== -1) throw new Error('a call was left open');
  return { ...texts, calls };
};
