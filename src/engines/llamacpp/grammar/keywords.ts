import type { SchemaNode } from './schema-document.ts';
import { SchemaError } from './schema-error.ts';

/** Reads keywords of a schema. A keyword that is null counts as absent: some programs write all their fields. */

const wrong = (node: SchemaNode, keyword: string, must: string): SchemaError =>
  new SchemaError(node.path, keyword, `it must be ${must}`);

export const has = (node: SchemaNode, keyword: string): boolean =>
  Object.hasOwn(node.keywords, keyword) &&
  (node.keywords[keyword] ?? (keyword === 'const' ? 0 : null)) !== null;

const value = (node: SchemaNode, keyword: string): unknown =>
  has(node, keyword) ? node.keywords[keyword] : undefined;

export const numberOf = (node: SchemaNode, keyword: string): number | undefined => {
  const found = value(node, keyword);
  if (found === undefined || (typeof found === 'number' && Number.isFinite(found))) return found;
  throw wrong(node, keyword, 'a number');
};

/** A length or another count. */
export const countOf = (node: SchemaNode, keyword: string): number | undefined => {
  const found = numberOf(node, keyword);
  if (found === undefined || (Number.isSafeInteger(found) && found >= 0)) return found;
  throw wrong(node, keyword, 'a whole number, not negative');
};

export const textOf = (node: SchemaNode, keyword: string): string | undefined => {
  const found = value(node, keyword);
  if (found === undefined || typeof found === 'string') return found;
  throw wrong(node, keyword, 'a string');
};

export const listOf = (node: SchemaNode, keyword: string): readonly unknown[] | undefined => {
  const found = value(node, keyword);
  if (found === undefined || Array.isArray(found)) return found;
  throw wrong(node, keyword, 'an array');
};

export const textsOf = (node: SchemaNode, keyword: string): readonly string[] => {
  const found = listOf(node, keyword) ?? [];
  if (found.every((one) => typeof one === 'string')) return found;
  throw wrong(node, keyword, 'an array of strings');
};

/** The entries of an object. */
export const entriesOf = (node: SchemaNode, keyword: string): readonly [key: string, part: unknown][] => {
  const found = value(node, keyword);
  if (found === undefined) return [];
  if (typeof found === 'object' && found !== null && !Array.isArray(found)) return Object.entries(found);
  throw wrong(node, keyword, 'an object');
};
