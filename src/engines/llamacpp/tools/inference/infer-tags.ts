import { type TaggedArguments, theKey, theName, type ValueKind } from '../tool-syntax.ts';
import { sharedPrefix, sharedSuffix } from './common-text.ts';
import { dummy } from './dummy-turns.ts';
import type { CallParts } from './infer-syntax.ts';

const { text, number, flag, object, list } = dummy;

/** The places of the dummy arguments' keys and values, in their order; undefined when one is missing. */
const placesOf = (turn: string): readonly [number, number, number, number] | undefined => {
  const firstKey = turn.indexOf(text.key);
  const firstValue = turn.indexOf(text.value, firstKey);
  const secondKey = turn.indexOf(number.key, firstValue);
  const secondValue = turn.indexOf(String(number.value), secondKey);
  if (firstKey === -1 || firstValue === -1 || secondKey === -1 || secondValue === -1) return undefined;
  return [firstKey, firstValue, secondKey, secondValue];
};

const sameForAll = (afterKey: string): Readonly<Record<ValueKind, string>> => ({
  string: afterKey,
  number: afterKey,
  boolean: afterKey,
  object: afterKey,
  array: afterKey,
});

/** Takes apart a call whose arguments stand one by one between tags. */
export const inferTags = (turn: string, name: string): CallParts | undefined => {
  const places = placesOf(turn);
  if (!places) return undefined;
  const [firstKey, firstValue, secondKey, secondValue] = places;
  const nameAt = turn.lastIndexOf(name, firstKey);
  if (nameAt === -1) return undefined;
  const beforeFirst = turn.slice(nameAt + name.length, firstKey);
  const beforeSecond = turn.slice(firstValue + text.value.length, secondKey).replaceAll(text.key, theKey);
  const afterLast = turn.slice(secondValue + String(number.value).length);
  const beforeKey = sharedSuffix(beforeFirst, beforeSecond).text.trimStart();
  if (beforeKey === '') return undefined;
  const wholeAfterValue = beforeSecond.slice(0, beforeSecond.length - beforeKey.length);
  const { text: afterValue, second: rest } = sharedPrefix(
    wholeAfterValue,
    afterLast.replace(number.key, theKey),
  );
  if (afterValue.trim() === '') return undefined;
  const afterText = turn.slice(firstKey + text.key.length, firstValue);
  const afterNumber = turn.slice(secondKey + number.key.length, secondValue);
  return {
    head: turn.slice(0, nameAt).replaceAll(name, theName),
    afterName: beforeFirst.slice(0, beforeFirst.length - beforeKey.length),
    style: {
      beforeKey: wholeAfterValue.slice(afterValue.length) + beforeKey,
      afterKey: { ...sameForAll(afterNumber), string: afterText },
      afterValue,
      cdata: false,
    },
    rest: rest.replace(theKey, number.key).replaceAll(name, theName),
  };
};

const between = (turn: string, from: string, to: string): string | undefined => {
  const start = turn.indexOf(from);
  const end = turn.indexOf(to, start + from.length);
  return start === -1 || end === -1 ? undefined : turn.slice(start + from.length, end);
};

/** Where text after a key tells the kind of its value: learnt from a turn that has all kinds. */
export const withKinds = (tags: TaggedArguments, turn: string): TaggedArguments => {
  const { afterKey } = tags;
  if (afterKey.string === afterKey.number) return tags;
  return {
    ...tags,
    afterKey: {
      ...afterKey,
      boolean: between(turn, flag.key, 'true') ?? afterKey.boolean,
      object: between(turn, object.key, '{') ?? afterKey.object,
      array: between(turn, list.key, '[') ?? afterKey.array,
    },
  };
};
