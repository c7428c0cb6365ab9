import { charsOf, range, union } from './char-set.ts';
import { wholeBetween } from './digits.ts';
import { chars, choice, type Expression, optional, repeat, sequence, text } from './expression.ts';
import { digit, hexDigit } from './json-text.ts';
import type { Length } from './pattern/pattern.ts';

/** A `format` that is written as it should be: the inside of the string, and how long that can get. */
export interface Format {
  readonly inside: () => Expression;
  readonly length: Length;
}

const anyDigit = chars(digit);

const letterOrDigit = union(digit, range('a', 'z'), range('A', 'Z'));

/** Days as they are in the months, and 29 February in leap years only. */
const date = (): Expression => {
  const year = repeat(anyDigit, 4, 4);
  const day = choice(
    sequence(choice(...['01', '03', '05', '07', '08', '10', '12'].map(text)), text('-'), days(31)),
    sequence(choice(...['04', '06', '09', '11'].map(text)), text('-'), days(30)),
    sequence(text('02-'), days(28)),
  );
  return choice(sequence(year, text('-'), day), sequence(leapYear(), text('-02-29')));
};

const days = (last: 28 | 30 | 31): Expression => {
  const twenties = sequence(text('2'), chars(range('0', last === 28 ? '8' : '9')));
  const first = choice(sequence(text('0'), chars(range('1', '9'))), sequence(text('1'), anyDigit), twenties);
  if (last === 28) return first;
  return choice(first, sequence(text('3'), last === 31 ? chars(charsOf('01')) : text('0')));
};

const leapYear = (): Expression => {
  const evenTens = chars(charsOf('02468'));
  const fours = (zero: boolean): Expression =>
    choice(
      sequence(evenTens, chars(charsOf('48'))),
      sequence(chars(charsOf('13579')), chars(charsOf('26'))),
      sequence(zero ? evenTens : chars(charsOf('2468')), text('0')),
    );
  return choice(sequence(repeat(anyDigit, 2, 2), fours(false)), sequence(fours(true), text('00')));
};

const hours = (): Expression =>
  choice(sequence(chars(charsOf('01')), anyDigit), sequence(text('2'), chars(range('0', '3'))));
const sixty = sequence(chars(range('0', '5')), anyDigit);

const time = (): Expression => {
  const fraction = optional(sequence(text('.'), repeat(anyDigit, 1, 9)));
  const offset = choice(text('Z'), sequence(chars(charsOf('+-')), hours(), text(':'), sixty));
  return sequence(hours(), text(':'), sixty, text(':'), sixty, fraction, offset);
};

const uuid = (): Expression => {
  const hex = (count: number): Expression => repeat(chars(hexDigit), count, count);
  const dash = text('-');
  return sequence(hex(8), dash, hex(4), dash, hex(4), dash, hex(4), dash, hex(12));
};

const labels = (least: number, most: number): Expression => {
  const run = repeat(chars(letterOrDigit), 1, 30);
  const label = sequence(run, optional(sequence(text('-'), run)));
  return sequence(label, repeat(sequence(text('.'), label), least - 1, most - 1));
};

const email = (): Expression => {
  const atom = repeat(chars(union(letterOrDigit, charsOf('_+-'))), 1, 32);
  return sequence(atom, optional(sequence(text('.'), atom)), text('@'), labels(2, 4));
};

const pathChar = union(letterOrDigit, charsOf("-._~!$&'()*+,;=:@"));

const uri = (): Expression => {
  const encoded = sequence(text('%'), chars(hexDigit), chars(hexDigit));
  const some = (extra: string, most: number): Expression =>
    repeat(choice(chars(union(pathChar, charsOf(extra))), encoded), 0, most);
  const scheme = choice(...['https', 'http', 'file', 'ftp', 'ws', 'wss', 'ssh', 'git'].map(text));
  const port = optional(sequence(text(':'), repeat(anyDigit, 1, 5)));
  const path = optional(sequence(text('/'), some('/', 200)));
  const query = optional(sequence(text('?'), some('/?', 200)));
  const fragment = optional(sequence(text('#'), some('/?', 100)));
  return sequence(scheme, text('://'), optional(sequence(labels(1, 5), port)), path, query, fragment);
};

const ipv4 = (): Expression => {
  const part = wholeBetween(0n, 255n);
  return sequence(part, text('.'), part, text('.'), part, text('.'), part);
};

/** Written out in full, eight groups. */
const ipv6 = (): Expression => {
  const group = repeat(chars(hexDigit), 1, 4);
  return sequence(group, repeat(sequence(text(':'), group), 7, 7));
};

/** Other formats are taken as any text: a format is a remark, validators need not check it. */
export const formats: ReadonlyMap<string, Format> = new Map(
  Object.entries({
    date: { inside: date, length: { min: 10, max: 10 } },
    time: { inside: time, length: { min: 9, max: 24 } },
    'date-time': {
      inside: () => sequence(date(), text('T'), time()),
      length: { min: 20, max: 35 },
    },
    uuid: { inside: uuid, length: { min: 36, max: 36 } },
    email: { inside: email, length: { min: 5, max: 340 } },
    hostname: { inside: () => labels(1, 4), length: { min: 1, max: 250 } },
    uri: { inside: uri, length: { min: 5, max: 1900 } },
    url: { inside: uri, length: { min: 5, max: 1900 } },
    ipv4: { inside: ipv4, length: { min: 7, max: 15 } },
    ipv6: { inside: ipv6, length: { min: 15, max: 39 } },
  }),
);
