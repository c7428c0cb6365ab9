import { expect, test } from 'vitest';
import type { Token } from './runtime.ts';
import { TextStream } from './text-stream.ts';

/** A vocabulary in which every byte is a token. */
const decoder = new TextDecoder();
const detokenize = (tokens: readonly Token[]): string => decoder.decode(Uint8Array.from(tokens));
const bytes = (text: string): Token[] => [...new TextEncoder().encode(text)];

const stream = (text: string): string[] => {
  const given = new TextStream(detokenize);
  return bytes(text).map((token) => given.push(token));
};

test('a character is given out when it is complete', () => {
  expect(stream('é')).toEqual(['', 'é']);
  expect(stream('a😀b')).toEqual(['a', '', '', '', '😀', 'b']);
});

test('nothing is lost of a long text', () => {
  const text = 'naïve 漢字 and 😀😀 emoji, twice: 漢字.';
  expect(stream(text).join('')).toBe(text);
});

test('a blank that shows only after other text is kept', () => {
  // Detokenised from the beginning, SentencePiece drops the first blank.
  const words = [' the', ' cat'];
  const join = (tokens: readonly Token[]): string =>
    tokens
      .map((t) => words[t])
      .join('')
      .replace(/^ /, '');
  const given = new TextStream(join, [0]);
  expect(given.push(1)).toBe(' cat');
});

test('bytes that never become a character are given out in the end', () => {
  const given = new TextStream(detokenize);
  const out = Array.from({ length: 20 }, () => given.push(0xff));
  expect(out.join('')).not.toBe('');
});
