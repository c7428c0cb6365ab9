import { type CharSet, charsOf, complement, range, union } from '../char-set.ts';
import type { Pattern } from './pattern.ts';

/** Thrown for what a grammar can't follow: look-around, back-references, word boundaries, Unicode properties. */
export class UnsupportedPattern extends Error {
  override readonly name = 'UnsupportedPattern';
}

const digits = range('0', '9');
const word = union(digits, range('a', 'z'), range('A', 'Z'), charsOf('_'));
const lineEnds = charsOf('\n\r\u2028\u2029');
const blank = union(
  charsOf('\t\v\f \u00a0\u1680\u202f\u205f\u3000\ufeff'),
  lineEnds,
  range('\u2000', '\u200a'),
);

const classes: Readonly<Record<string, CharSet>> = {
  d: digits,
  D: complement(digits),
  w: word,
  W: complement(word),
  s: blank,
  S: complement(blank),
};

const controlEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  f: '\f',
  v: '\v',
  '0': '\0',
};

/** Groups in groups; the parser calls itself for each. */
const deepest = 50;

/** Reads a pattern. Throws UnsupportedPattern for what is beyond us, a broken pattern among it. */
export const parsePattern = (source: string): Pattern => {
  const reader = new Reader([...source]);
  const pattern = readChoice(reader, 0);
  if (!reader.atEnd) throw new UnsupportedPattern(`unexpected ${reader.take()}`);
  return pattern;
};

class Reader {
  readonly #chars: readonly string[];
  #at = 0;

  constructor(chars: readonly string[]) {
    this.#chars = chars;
  }

  get atEnd(): boolean {
    return this.#at >= this.#chars.length;
  }

  /** Whether `text` comes next; if so, it is taken. */
  skip(text: string): boolean {
    const chars = [...text];
    if (chars.some((char, place) => this.#chars[this.#at + place] !== char)) return false;
    this.#at += chars.length;
    return true;
  }

  peek(): string | undefined {
    return this.#chars[this.#at];
  }

  take(): string {
    const char = this.#chars[this.#at];
    if (char === undefined) throw new UnsupportedPattern('it ends too early');
    this.#at += 1;
    return char;
  }

  /** What a sticky expression finds here; it is taken. */
  match(expression: RegExp): RegExpExecArray | undefined {
    const found = expression.exec(this.#chars.slice(this.#at, this.#at + 80).join(''));
    if (found) this.#at += [...found[0]].length;
    return found ?? undefined;
  }
}

const readChoice = (reader: Reader, depth: number): Pattern => {
  if (depth > deepest) throw new UnsupportedPattern('too many groups in each other');
  const options = [readSequence(reader, depth)];
  while (reader.skip('|')) options.push(readSequence(reader, depth));
  const [only] = options;
  return options.length === 1 && only ? only : { kind: 'choice', options };
};

const readSequence = (reader: Reader, depth: number): Pattern => {
  const parts: Pattern[] = [];
  for (let next = reader.peek(); next !== undefined && next !== '|' && next !== ')'; next = reader.peek()) {
    parts.push(readCount(reader, readAtom(reader, depth)));
  }
  const [only] = parts;
  return parts.length === 1 && only ? only : { kind: 'sequence', parts };
};

const readAtom = (reader: Reader, depth: number): Pattern => {
  const char = reader.take();
  switch (char) {
    case '^':
      return { kind: 'start' };
    case '$':
      return { kind: 'end' };
    case '.':
      return { kind: 'char', set: complement(lineEnds) };
    case '[':
      return { kind: 'char', set: readClass(reader) };
    case '(':
      return readGroup(reader, depth);
    case '\\':
      return { kind: 'char', set: readEscape(reader) };
    case '*':
    case '+':
    case '?':
      throw new UnsupportedPattern('nothing to repeat');
    default:
      return { kind: 'char', set: charsOf(char) };
  }
};

const readGroup = (reader: Reader, depth: number): Pattern => {
  if (reader.peek() === '?' && !reader.skip('?:') && !reader.match(/^\?<[A-Za-z_]\w*>/)) {
    throw new UnsupportedPattern('look-around or flags');
  }
  const inside = readChoice(reader, depth + 1);
  if (!reader.skip(')')) throw new UnsupportedPattern('a group does not end');
  return inside;
};

const readCount = (reader: Reader, part: Pattern): Pattern => {
  const counted = readBounds(reader);
  if (!counted) return part;
  // How greedy it is changes which match is found, not whether there is one.
  reader.skip('?');
  if (part.kind === 'start' || part.kind === 'end') throw new UnsupportedPattern('a repeated anchor');
  if (counted.max < counted.min) throw new UnsupportedPattern('a count out of order');
  return { kind: 'repeat', part, ...counted };
};

const readBounds = (reader: Reader): { min: number; max: number } | undefined => {
  if (reader.skip('*')) return { min: 0, max: Number.POSITIVE_INFINITY };
  if (reader.skip('+')) return { min: 1, max: Number.POSITIVE_INFINITY };
  if (reader.skip('?')) return { min: 0, max: 1 };
  const found = reader.match(/^\{(\d{1,7})(,(\d{1,7})?)?\}/);
  if (!found) return undefined;
  const min = Number(found[1]);
  if (found[3] !== undefined) return { min, max: Number(found[3]) };
  return { min, max: found[2] === undefined ? min : Number.POSITIVE_INFINITY };
};

const readEscape = (reader: Reader): CharSet => {
  const char = reader.take();
  const known = classes[char];
  if (known) return known;
  return charsOf(escapedChar(reader, char));
};

const escapedChar = (reader: Reader, char: string): string => {
  const code = char === 'u' ? reader.match(/^(?:\{([0-9a-fA-F]{1,6})\}|([0-9a-fA-F]{4}))/) : undefined;
  const hex = char === 'x' ? reader.match(/^([0-9a-fA-F]{2})/) : code;
  const digits = hex?.[1] ?? hex?.[2];
  if (digits !== undefined && Number.parseInt(digits, 16) <= 0x10_ffff) {
    return String.fromCodePoint(Number.parseInt(digits, 16));
  }
  const control = controlEscapes[char];
  if (control !== undefined) return control;
  if (/[A-Za-z0-9]/.test(char)) throw new UnsupportedPattern(`\\${char}`);
  return char;
};

const readClass = (reader: Reader): CharSet => {
  const isNegated = reader.skip('^');
  const sets: CharSet[] = [];
  while (!reader.skip(']')) {
    const first = readClassChar(reader);
    if (typeof first !== 'string' || reader.peek() !== '-') {
      sets.push(typeof first === 'string' ? charsOf(first) : first);
      continue;
    }
    reader.take();
    if (reader.peek() === ']') {
      sets.push(charsOf(first), charsOf('-'));
      continue;
    }
    const last = readClassChar(reader);
    if (typeof last === 'string') sets.push(between(first, last));
    else sets.push(charsOf(first), charsOf('-'), last);
  }
  const set = union(...sets);
  return isNegated ? complement(set) : sets.length === 0 ? [] : union(set);
};

const between = (first: string, last: string): CharSet => {
  const set = range(first, last);
  if (set.some(([from, to]) => from > to)) throw new UnsupportedPattern('a range out of order');
  return set;
};

/** A single character, or what a class like \d stands for. */
const readClassChar = (reader: Reader): string | CharSet => {
  const char = reader.take();
  if (char !== '\\') return char;
  const escaped = reader.take();
  if (escaped === 'b') return '\b';
  return classes[escaped] ?? escapedChar(reader, escaped);
};
