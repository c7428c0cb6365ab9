/** The bytes at hand end before the header does. */
export class HeaderGoesOn extends Error {}

/** The bytes are not what a GGUF header can be. */
export class NotGguf extends Error {}

/** A value of the header. Of a long array only the length is kept. */
export type HeaderValue = number | boolean | string | readonly HeaderValue[] | { readonly length: number };

/** Longest text that is believed, bytes: chat templates have some 10 kB. */
const longestText = 4 * 1024 * 1024;
/** Longer arrays (a tokenizer's words) are skipped. */
const longestArray = 1024;

const scalarBytes: Readonly<Record<number, number>> = {
  ...{ 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1 },
  ...{ 10: 8, 11: 8, 12: 8 },
};
const textType = 8;
const arrayType = 9;

/** Reads a GGUF header from bytes (docs/gguf.md of ggml); little-endian. Throws HeaderGoesOn and NotGguf. */
export const createHeaderReader = (data: Uint8Array) => {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let at = 0;

  const take = (length: number): number => {
    const start = at;
    if (start + length > data.byteLength) throw new HeaderGoesOn();
    at += length;
    return start;
  };

  const uint32 = (): number => view.getUint32(take(4), true);

  const count = (): number => {
    const value = view.getBigUint64(take(8), true);
    if (value > BigInt(Number.MAX_SAFE_INTEGER)) throw new NotGguf('a figure is absurd');
    return Number(value);
  };

  const skipText = (): void => {
    const length = count();
    if (length > longestText) throw new NotGguf('a text is absurdly long');
    take(length);
  };

  const text = (): string => {
    const start = at + 8;
    skipText();
    return Buffer.from(data.buffer, data.byteOffset + start, at - start).toString('utf8');
  };

  const scalar = (type: number): number | boolean => {
    const size = scalarBytes[type];
    if (size === undefined) throw new NotGguf(`there is no value type ${type}`);
    const start = take(size);
    switch (type) {
      case 0:
        return view.getUint8(start);
      case 1:
        return view.getInt8(start);
      case 2:
        return view.getUint16(start, true);
      case 3:
        return view.getInt16(start, true);
      case 4:
        return view.getUint32(start, true);
      case 5:
        return view.getInt32(start, true);
      case 6:
        return view.getFloat32(start, true);
      case 7:
        return view.getUint8(start) !== 0;
      case 10:
        return Number(view.getBigUint64(start, true));
      case 11:
        return Number(view.getBigInt64(start, true));
      default:
        return view.getFloat64(start, true);
    }
  };

  const array = (): HeaderValue => {
    const type = uint32();
    const length = count();
    if (type === arrayType) throw new NotGguf('an array holds arrays');
    if (length <= longestArray) return Array.from({ length }, () => value(type));
    if (type === textType) for (let index = 0; index < length; index++) skipText();
    else take(length * (scalarBytes[type] ?? 0));
    return { length };
  };

  const value = (type: number): HeaderValue => {
    if (type === textType) return text();
    return type === arrayType ? array() : scalar(type);
  };

  return {
    uint32,
    count,
    text,
    value: () => value(uint32()),
    position: () => at,
  };
};

export type HeaderReader = ReturnType<typeof createHeaderReader>;
