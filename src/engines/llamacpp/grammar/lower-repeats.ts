import { choice, type Expression, mapParts, repeat, sequence } from './expression.ts';

/**
 * llama.cpp writes a counted repetition out, an element per turn, and takes at most 2000 turns: above that an upper
 * bound is dropped without a word and a lower one refused. Longer ones are therefore built from blocks.
 */
const longestPlain = 500;

/** Names a rule for an expression; equal expressions get the same rule. */
type NameRule = (body: Expression) => Expression;

/**
 * Rewrites counted repetitions so that llama.cpp takes them: what is repeated becomes a rule (nested counts multiply
 * there and are refused), and long ones become blocks, about a square root's worth of elements.
 */
export const lowerRepeats = (expression: Expression, nameRule: NameRule): Expression => {
  const lowered = mapParts(expression, (part) => lowerRepeats(part, nameRule));
  if (lowered.kind !== 'repeat') return lowered;
  const { min, max } = lowered;
  const counted = min > 1 || (max > 1 && max !== Number.POSITIVE_INFINITY);
  if (!counted) return lowered;
  const part = isSmall(lowered.part) ? lowered.part : nameRule(lowered.part);
  if (min <= longestPlain && (max <= longestPlain || max === Number.POSITIVE_INFINITY)) {
    return repeat(part, min, max);
  }
  const rest = max === Number.POSITIVE_INFINITY ? repeat(part, 0, max) : upTo(part, max - min, nameRule);
  return sequence(exactly(part, min, nameRule), rest);
};

const isSmall = (part: Expression): boolean =>
  part.kind === 'rule' || part.kind === 'chars' || (part.kind === 'text' && part.text.length === 1);

const exactly = (part: Expression, times: number, nameRule: NameRule): Expression => {
  if (times <= longestPlain) return repeat(part, times, times);
  const size = Math.ceil(Math.sqrt(times));
  const block = nameRule(repeat(part, size, size));
  const blocks = Math.floor(times / size);
  return sequence(repeat(block, blocks, blocks), repeat(part, times - blocks * size, times - blocks * size));
};

/** Blocks come first: the parser then follows at most two ways at a time, the next block and the remainder. */
const upTo = (part: Expression, times: number, nameRule: NameRule): Expression => {
  if (times <= longestPlain) return repeat(part, 0, times);
  const size = Math.ceil(Math.sqrt(times));
  const block = nameRule(repeat(part, size, size));
  const blocks = Math.floor(times / size);
  const left = times - blocks * size;
  return choice(
    sequence(repeat(block, 0, blocks - 1), repeat(part, 0, size - 1)),
    sequence(repeat(block, blocks, blocks), repeat(part, 0, left)),
  );
};

/** Elements that llama.cpp makes of an expression, roughly. */
export const nativeSize = (expression: Expression): number => {
  switch (expression.kind) {
    case 'text':
      return expression.text.length;
    case 'sequence':
      return expression.parts.reduce((sum, part) => sum + nativeSize(part), 1);
    case 'choice':
      return expression.options.reduce((sum, option) => sum + nativeSize(option), 1);
    case 'repeat':
      return nativeSize(expression.part) * Math.max(expression.min, turns(expression.max));
    default:
      return 1;
  }
};

const turns = (max: number): number => (max === Number.POSITIVE_INFINITY ? 1 : max);
