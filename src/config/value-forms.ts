import { z } from 'zod';

/** Values that a file can write as YAML and a command line only as text: lists and pairs. */

const parts = (text: string): readonly string[] =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');

/** `a,b` as a list. */
const listOf = (value: unknown): unknown => (typeof value === 'string' ? parts(value) : value);

/** `a=x,b=y` as pairs; text of another form stays text, which is then refused. */
const pairsOf = (value: unknown): unknown => {
  if (typeof value !== 'string') return value;
  const pairs = parts(value).map((part) => part.split('=').map((side) => side.trim()));
  const whole = pairs.every(([name, stands, ...more]) => name && stands && more.length === 0);
  return whole ? Object.fromEntries(pairs) : value;
};

/** A list of texts, also written with commas between them. */
export const list = (item: z.ZodType<string, string>) =>
  z.preprocess(listOf, z.array(item, 'must be a list: a,b'));

/** Names with what each stands for, also written as `name=meaning,name=meaning`. */
export const pairs = () =>
  z.preprocess(
    pairsOf,
    z.record(z.string().min(1), z.string().min(1), 'must be pairs: name=meaning,name=meaning'),
  );

/** `coder=--a 1,general=--b` as lists of words; text of another form stays text, which is then refused. */
const wordListsOf = (value: unknown): unknown => {
  const found = pairsOf(value);
  if (typeof found !== 'object' || found === null || Array.isArray(found)) return found;
  const words = (one: unknown): unknown => {
    if (typeof one === 'string') return one.split(/\s+/).filter((word) => word !== '');
    return Array.isArray(one) ? one.map((word) => (typeof word === 'number' ? String(word) : word)) : one;
  };
  return Object.fromEntries(Object.entries(found).map(([name, one]) => [name, words(one)]));
};

/** Names with a list of words each, also written as `name=--flag value,name=--flag`. */
export const wordLists = () =>
  z.preprocess(
    wordListsOf,
    z.record(
      z.string().min(1),
      z.array(z.string(), 'must be a list of words'),
      'must be names with words: name=--flag value',
    ),
  );

/** A value as `config set` would take it. */
export const valueText = (value: unknown): string => {
  if (value === undefined || value === null) return '';
  if (Array.isArray(value)) return value.join(',');
  if (typeof value !== 'object') return String(value);
  return Object.entries(value)
    .map(([name, stands]) => `${name}=${Array.isArray(stands) ? stands.join(' ') : stands}`)
    .join(',');
};
