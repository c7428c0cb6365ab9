/**
 * The bytes behind a token's name in the vocabulary. Byte-pair vocabularies write each byte as a printable character
 * (GPT-2's bytes_to_unicode); SentencePiece ones write blanks as U+2581 and single bytes as <0xNN>.
 */

/** GPT-2's table: printable Latin-1 bytes stand for themselves, the others are moved to 256 and up, in order. */
const byteOfCharacter = (): ReadonlyMap<string, number> => {
  const table = new Map<string, number>();
  let moved = 256;
  for (let byte = 0; byte < 256; byte++) {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    table.set(String.fromCharCode(printable ? byte : moved++), byte);
  }
  return table;
};

const gpt2 = byteOfCharacter();
const encoder = new TextEncoder();

const bytePairBytes = (name: string): Uint8Array => {
  const bytes: number[] = [];
  for (const character of name) {
    const byte = gpt2.get(character);
    if (byte === undefined) return encoder.encode(name);
    bytes.push(byte);
  }
  return Uint8Array.from(bytes);
};

const sentencePieceBytes = (name: string): Uint8Array => {
  const hex = /^<0x([0-9A-Fa-f]{2})>$/.exec(name)?.[1];
  if (hex !== undefined) return Uint8Array.of(Number.parseInt(hex, 16));
  return encoder.encode(name.replaceAll('\u2581', ' '));
};

/**
 * `vocabularyType` as the library names it (`bpe`, `spm`, `ugm`, …); `literal` for control and added tokens, whose
 * name is their text.
 */
export const bytesOfTokenName = (name: string, vocabularyType: string, literal: boolean): Uint8Array => {
  if (literal) return encoder.encode(name);
  if (vocabularyType === 'bpe') return bytePairBytes(name);
  return sentencePieceBytes(name);
};
