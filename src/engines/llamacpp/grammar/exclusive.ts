import { declaredTypes, type JsonType, listedValues, writtenTypes } from './json-types.ts';
import { objectShape, type Property } from './object-shape.ts';
import { alternativesOf, type Member } from './schema-alternatives.ts';
import type { SchemaDocument, SchemaNode } from './schema-document.ts';
import { fitOf } from './value-fit.ts';
import { canonical } from './values.ts';

/** Properties in properties: how deep to look for one that tells two schemas apart. */
const deepest = 3;

/** More pairs than this are not compared. */
const mostPairs = 10_000;

/**
 * Whether what is written for one option of a `oneOf` is never valid for another. Each group is what one option came
 * to. "No" also when it can't be seen.
 */
export const excludeEachOther = (
  document: SchemaDocument,
  groups: readonly (readonly Member[])[],
): boolean => {
  let pairs = 0;
  return groups.every((group, place) =>
    groups.every(
      (others, other) =>
        place === other ||
        group.every((written) =>
          others.every((member) => {
            pairs += 1;
            return pairs <= mostPairs && excludes(document, written, member, 0);
          }),
        ),
    ),
  );
};

/** Whether no value written for `written` is valid for `other`. */
const excludes = (document: SchemaDocument, written: Member, other: Member, depth: number): boolean => {
  const listed = listedValues(written);
  const allowed = listedValues(other);
  if (listed) {
    const keys = allowed && new Set(allowed.map(canonical));
    return listed.every((value) => keys?.has(canonical(value)) === false || fitOf(value, other) === 'no');
  }
  if (allowed?.every((value) => fitOf(value, written) === 'no')) return true;
  const common = commonTypes(writtenTypes(written), declaredTypes(other));
  if (common.length === 0) return true;
  const onlyObjects = common.every((type) => type === 'object');
  return onlyObjects && depth < deepest && objectsExclude(document, written, other, depth);
};

const everyType: readonly JsonType[] = ['object', 'array', 'string', 'number', 'boolean', 'null'];

const commonTypes = (
  written: readonly JsonType[] = everyType,
  valid: readonly JsonType[] = everyType,
): readonly JsonType[] =>
  written.filter((type) => valid.some((one) => one === type || (isNumeric(one) && isNumeric(type))));

const isNumeric = (type: JsonType): boolean => type === 'number' || type === 'integer';

const objectsExclude = (document: SchemaDocument, written: Member, other: Member, depth: number): boolean => {
  const mine = objectShape(document, written);
  const theirs = objectShape(document, other);
  const isFixed = !mine.others && mine.patterns.length === 0;
  const find = (properties: readonly Property[], name: string): Property | undefined =>
    properties.find((property) => property.name === name);
  const theyNeed = theirs.properties.filter(({ required }) => required);
  if (isFixed && theyNeed.some(({ name }) => !find(mine.properties, name))) return true;
  return mine.properties
    .filter(({ name, required }) => required || find(theyNeed, name))
    .some(({ name, schemas }) => {
      // A name that a pattern of theirs may match is not among the others.
      const unnamed = theirs.patterns.length === 0 ? (theirs.others ?? []) : [];
      const theirSchemas = find(theirs.properties, name)?.schemas ?? unnamed;
      return valuesExclude(document, schemas, theirSchemas, depth + 1);
    });
};

const valuesExclude = (
  document: SchemaDocument,
  written: readonly SchemaNode[],
  other: readonly SchemaNode[],
  depth: number,
): boolean => {
  const mine = alternativesOf(document, written, () => {}).members;
  const theirs = alternativesOf(document, other, () => {}).members;
  return mine.every((one) => theirs.every((two) => excludes(document, one, two, depth)));
};
