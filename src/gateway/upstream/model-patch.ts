/**
 * Changes the top-level `model` of a JSON object in its bytes and leaves every other byte as it was: re-serialising
 * would reorder keys, change numbers beyond 2^53 and cost time on long prompts.
 */

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openObject = 0x7b;
const closeObject = 0x7d;
const openArray = 0x5b;
const closeArray = 0x5d;

const plainKey = Buffer.from('"model"');

const isBlank = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** The place after the string that begins at `at`. `indexOf` is native, so long prompts are skipped fast. */
const afterString = (json: Buffer, at: number): number => {
  let end = at;
  for (;;) {
    end = json.indexOf(quote, end + 1);
    let slashes = 0;
    while (json[end - 1 - slashes] === backslash) slashes++;
    if (slashes % 2 === 0 || end === -1) return end === -1 ? json.length : end + 1;
  }
};

const afterBlanks = (json: Buffer, at: number): number => {
  let next = at;
  while (isBlank(json[next])) next++;
  return next;
};

/** The place after the value that begins at `at`; the bytes are known to be valid JSON. */
const afterValue = (json: Buffer, at: number): number => {
  let depth = 0;
  for (let next = at; next < json.length; ) {
    const byte = json[next];
    if (byte === quote) {
      next = afterString(json, next);
      if (depth === 0) return next;
      continue;
    }
    if (byte === openObject || byte === openArray) depth++;
    else if (byte === closeObject || byte === closeArray) {
      if (depth === 0) return next;
      depth--;
      if (depth === 0) return next + 1;
    } else if (depth === 0 && (byte === comma || isBlank(byte))) return next;
    next++;
  }
  return json.length;
};

/** A key may be written with escapes (`"mod\u0065l"`), and means the same. */
const isModelKey = (json: Buffer, start: number, end: number): boolean => {
  const key = json.subarray(start, end);
  if (!key.includes(backslash)) return key.equals(plainKey);
  return JSON.parse(key.toString()) === 'model';
};

/** Where the values of the top-level `model` keys begin and end; a repeated key gives several. */
const modelSpans = (json: Buffer, open: number): readonly (readonly [number, number])[] => {
  const spans: [number, number][] = [];
  let at = afterBlanks(json, open + 1);
  while (at < json.length && json[at] === quote) {
    const keyEnd = afterString(json, at);
    const value = afterBlanks(json, json.indexOf(colon, keyEnd) + 1);
    const valueEnd = afterValue(json, value);
    if (isModelKey(json, at, keyEnd)) spans.push([value, valueEnd]);
    at = afterBlanks(json, valueEnd);
    if (json[at] !== comma) break;
    at = afterBlanks(json, at + 1);
  }
  return spans;
};

/**
 * The same JSON object with `model` set to `name`, added in front when it has none.
 * `json` must hold a valid JSON object (checked by JSON.parse before).
 */
export const withModel = (json: Buffer, name: string): Buffer => {
  const open = json.indexOf(openObject);
  const value = Buffer.from(JSON.stringify(name));
  const spans = modelSpans(json, open);
  if (spans.length === 0) {
    const empty = json[afterBlanks(json, open + 1)] === closeObject;
    const member = Buffer.from(`"model":${JSON.stringify(name)}${empty ? '' : ','}`);
    return Buffer.concat([json.subarray(0, open + 1), member, json.subarray(open + 1)]);
  }
  const parts: Buffer[] = [];
  let from = 0;
  for (const [start, end] of spans) {
    parts.push(json.subarray(from, start), value);
    from = end;
  }
  parts.push(json.subarray(from));
  return Buffer.concat(parts);
};
