import { expect, test } from 'vitest';
import { bytesOfTokenName } from './token-bytes.ts';

const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);

test('byte-pair names are bytes in disguise', () => {
  expect(text(bytesOfTokenName('Ġhello', 'bpe', false))).toBe(' hello');
  expect(text(bytesOfTokenName('Ċ', 'bpe', false))).toBe('\n');
  expect([...bytesOfTokenName('æ¼', 'bpe', false)]).toEqual([0xe6, 0xbc]);
});

test('a byte-pair name with a character outside the table is text', () => {
  expect(text(bytesOfTokenName('漢', 'bpe', false))).toBe('漢');
});

test('SentencePiece writes blanks and bytes its own way', () => {
  expect(text(bytesOfTokenName('▁hello', 'spm', false))).toBe(' hello');
  expect([...bytesOfTokenName('<0x0A>', 'spm', false)]).toEqual([0x0a]);
});

test('the name of a control token is its text', () => {
  expect(text(bytesOfTokenName('<|im_start|>', 'bpe', true))).toBe('<|im_start|>');
});
