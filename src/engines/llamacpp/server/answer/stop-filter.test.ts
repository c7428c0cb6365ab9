import fc from 'fast-check';
import { expect, test } from 'vitest';
import { StopFilter } from './stop-filter.ts';

const run = (stops: readonly string[], pieces: readonly string[], include = false): string[] => {
  const filter = new StopFilter(stops, include);
  const shown: string[] = [];
  for (const piece of pieces) {
    const { text, stop } = filter.push(piece);
    shown.push(text);
    if (stop !== undefined) return [...shown, `[${stop}]`];
  }
  return [...shown, filter.flush()];
};

test('a stop string across pieces never shows, not even its beginning', () => {
  expect(run(['END'], ['one E', 'N', 'D two'])).toEqual(['one ', '', '', '[END]']);
});

test('what only began like one is shown once that is clear', () => {
  expect(run(['END'], ['E', 'N', 'X', 'E'])).toEqual(['', '', 'ENX', '', 'E']);
});

test('the earliest of several ends the text; with include it is shown', () => {
  expect(run(['b', 'abc'], ['xabc'])).toEqual(['x', '[abc]']);
  expect(run(['END'], ['one EN', 'D two'], true)).toEqual(['one ', 'END', '[END]']);
});

test('however a text falls into pieces, what shows is the text before the first stop string', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '\n'), maxLength: 12 });
  fc.assert(
    fc.property(
      fc.array(letters),
      fc.array(
        letters.filter((stop) => stop !== ''),
        { maxLength: 3 },
      ),
      (pieces, stops) => {
        const text = pieces.join('');
        const places = stops.map((stop) => text.indexOf(stop)).filter((at) => at >= 0);
        const end = places.length > 0 ? Math.min(...places) : text.length;
        const shown = run(stops, pieces).filter((piece) => !/^\[[ab\n]+\]$/.test(piece));
        expect(shown.join('')).toBe(text.slice(0, end));
      },
    ),
  );
});
