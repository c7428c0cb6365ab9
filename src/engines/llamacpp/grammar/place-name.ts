import type { Member } from './schema-alternatives.ts';

const namedParts = new Set(['properties', 'patternProperties', 'dependentSchemas']);
const definitions = new Set(['$defs', 'definitions', 'schemas']);
const numberedParts = new Set(['anyOf', 'oneOf', 'prefixItems']);

/** Words of a rule's name; more make grammars longer, not clearer. */
const mostWords = 3;

/** A rule is named after the place of its schema: "edits-item", "where-2", or after its definition. */
export const placeName = (member: Member): string => {
  const words = wordsOf(member.at(-1)?.path ?? '');
  return words.slice(-mostWords).join('-') || 'top';
};

const wordsOf = (path: string): readonly string[] => {
  let words: string[] = [];
  const steps = path.split('/').slice(1);
  for (let place = 0; place < steps.length; place += 1) {
    const step = steps[place] ?? '';
    const next = steps[place + 1] ?? '';
    if (definitions.has(step)) words = [next];
    else if (namedParts.has(step)) words.push(next);
    else if (numberedParts.has(step)) words.push(String(Number(next) + 1));
    else if (step === 'items' || step === 'additionalItems') words.push('item');
    else if (step === 'additionalProperties') words.push('value');
    if (definitions.has(step) || namedParts.has(step) || numberedParts.has(step)) place += 1;
  }
  return words;
};
