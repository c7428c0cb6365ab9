import { lengthBounds, lowerBound, multiples, patterns, upperBound } from './bounds.ts';
import { declaredTypes, type JsonType } from './json-types.ts';
import { has } from './keywords.ts';
import type { Member } from './schema-alternatives.ts';
import { compiledPattern, lengthOfText } from './values.ts';

/** What schemas other than through `enum` and `const` say of a value. */
export type Fit = 'yes' | 'no' | 'unsure';

const inner: Readonly<Record<'object' | 'array', readonly string[]>> = {
  object: [
    ...['properties', 'required', 'additionalProperties', 'patternProperties', 'propertyNames'],
    ...['minProperties', 'maxProperties', 'unevaluatedProperties'],
  ],
  array: ['items', 'prefixItems', 'additionalItems', 'minItems', 'maxItems', 'uniqueItems', 'contains'],
};

/** Whether a listed value meets the other keywords. */
export const fitOf = (value: unknown, member: Member): Fit => {
  const type = typeOf(value);
  const declared = declaredTypes(member);
  const isInteger = type === 'number' && Number.isInteger(value);
  if (declared && !declared.includes(type) && !(isInteger && declared.includes('integer'))) return 'no';
  if (typeof value === 'string') return textFits(value, member) ? 'yes' : 'no';
  if (typeof value === 'number') return numberFits(value, member);
  if (type !== 'object' && type !== 'array') return 'yes';
  return member.some((node) => inner[type].some((keyword) => has(node, keyword))) ? 'unsure' : 'yes';
};

const typeOf = (value: unknown): Exclude<JsonType, 'integer'> => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
};

const textFits = (value: string, member: Member): boolean => {
  const { min, max } = lengthBounds(member);
  const length = lengthOfText(value);
  const matches = (source: string): boolean => compiledPattern(source)?.test(value) ?? true;
  return length >= min && length <= max && patterns(member).every(matches);
};

const numberFits = (value: number, member: Member): Fit => {
  const low = lowerBound(member);
  const high = upperBound(member);
  if (low && (value < low.value || (low.excluded && value === low.value))) return 'no';
  if (high && (value > high.value || (high.excluded && value === high.value))) return 'no';
  const steps = multiples(member);
  if (steps.every((step) => value % step === 0)) return 'yes';
  return steps.every(Number.isInteger) ? 'no' : 'unsure';
};
