/**
 * Changes members of a JSON object in its bytes and leaves every other byte as it was: re-serialising would reorder
 * keys, change numbers beyond 2^53 and cost time on long prompts.
 */

const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const colon = 0x3a;
const openObject = 0x7b;
const closeObject = 0x7d;
const openArray = 0x5b;
const closeArray = 0x5d;

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
const keyAt = (json: Buffer, start: number, end: number): string => {
  const text = json.toString('utf8', start, end);
  return text.includes('\\') ? String(JSON.parse(text)) : text.slice(1, -1);
};

interface Member {
  readonly name: string;
  /** Where its value begins and ends. */
  readonly start: number;
  readonly end: number;
}

/** The object's members with these names; a repeated key gives several. */
const membersNamed = (json: Buffer, open: number, names: ReadonlySet<string>): readonly Member[] => {
  const found: Member[] = [];
  let at = afterBlanks(json, open + 1);
  while (at < json.length && json[at] === quote) {
    const keyEnd = afterString(json, at);
    const start = afterBlanks(json, json.indexOf(colon, keyEnd) + 1);
    const end = afterValue(json, start);
    const name = keyAt(json, at, keyEnd);
    if (names.has(name)) found.push({ name, start, end });
    at = afterBlanks(json, end);
    if (json[at] !== comma) break;
    at = afterBlanks(json, at + 1);
  }
  return found;
};

/**
 * The same JSON object with `values` set, those that it has not added in front. `json` must hold a valid JSON object
 * (checked by JSON.parse before).
 */
export const withMembers = (json: Buffer, values: Readonly<Record<string, unknown>>): Buffer => {
  const open = json.indexOf(openObject);
  const names = new Set(Object.keys(values));
  const members = membersNamed(json, open, names);
  for (const { name } of members) names.delete(name);
  const added = [...names].map((name) => `${JSON.stringify(name)}:${JSON.stringify(values[name])}`).join(',');
  const isEmpty = json[afterBlanks(json, open + 1)] === closeObject;
  const parts: Buffer[] = [json.subarray(0, open + 1), Buffer.from(added && !isEmpty ? `${added},` : added)];
  let from = open + 1;
  for (const { name, start, end } of members) {
    parts.push(json.subarray(from, start), Buffer.from(JSON.stringify(values[name])));
    from = end;
  }
  parts.push(json.subarray(from));
  return Buffer.concat(parts);
};
