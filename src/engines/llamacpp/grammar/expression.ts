import type { CharSet } from './char-set.ts';

/** Why a part of a schema can't be met. */
export interface Reason {
  /** JSON pointer of the schema. */
  readonly path: string;
  readonly keyword: string;
  readonly problem: string;
}

/** The right-hand side of a grammar rule. */
export type Expression =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'chars'; readonly set: CharSet }
  | { readonly kind: 'rule'; readonly name: string }
  | { readonly kind: 'sequence'; readonly parts: readonly Expression[] }
  | { readonly kind: 'choice'; readonly options: readonly Expression[] }
  | { readonly kind: 'repeat'; readonly part: Expression; readonly min: number; readonly max: number }
  /** Matches no text at all. */
  | { readonly kind: 'never'; readonly reason: Reason };

export const text = (value: string): Expression => ({ kind: 'text', text: value });

export const empty: Expression = text('');

const isEmpty = (expression: Expression): boolean => expression.kind === 'text' && expression.text === '';

export const never = (path: string, keyword: string, problem: string): Expression => ({
  kind: 'never',
  reason: { path, keyword, problem },
});

/** A part of the converter's own making for which there is no text; a schema is never to blame for it alone. */
export const nothing: Expression = never('', '', 'nothing fits');

export const chars = (set: CharSet): Expression => (set.length === 0 ? nothing : { kind: 'chars', set });

export const sequence = (...given: readonly Expression[]): Expression => {
  const parts: Expression[] = [];
  for (const part of given.flatMap((one) => (one.kind === 'sequence' ? one.parts : [one]))) {
    if (part.kind === 'never') return part;
    const previous = parts.at(-1);
    if (part.kind === 'text' && previous?.kind === 'text')
      parts[parts.length - 1] = text(previous.text + part.text);
    else if (!isEmpty(part)) parts.push(part);
  }
  const [only] = parts;
  if (!only) return empty;
  return parts.length === 1 ? only : { kind: 'sequence', parts };
};

/** One of the options that are possible; of none, `never` with the first one's reason. */
export const choice = (...given: readonly Expression[]): Expression => {
  const known = new Map<string, Expression>();
  for (const option of given.flatMap((one) => (one.kind === 'choice' ? one.options : [one]))) {
    if (option.kind !== 'never') known.set(keyOf(option), option);
  }
  const options = [...known.values()];
  const [only] = options;
  if (!only) return given[0] ?? nothing;
  return options.length === 1 ? only : { kind: 'choice', options };
};

/** `max` may be Infinity. */
export const repeat = (part: Expression, min: number, max: number): Expression => {
  if (min > max) return nothing;
  if (max === 0) return empty;
  if (part.kind === 'never') return min === 0 ? empty : part;
  if (isEmpty(part) || (min === 1 && max === 1)) return part;
  return { kind: 'repeat', part, min, max };
};

export const optional = (part: Expression): Expression => repeat(part, 0, 1);

const keys = new WeakMap<Expression, string>();

/** Equal for equal expressions. */
export const keyOf = (expression: Expression): string => {
  const known = keys.get(expression);
  if (known !== undefined) return known;
  const key = JSON.stringify(expression);
  keys.set(expression, key);
  return key;
};

/** The direct parts of an expression. */
export const partsOf = (expression: Expression): readonly Expression[] => {
  if (expression.kind === 'sequence') return expression.parts;
  if (expression.kind === 'choice') return expression.options;
  return expression.kind === 'repeat' ? [expression.part] : [];
};

/** Names of the rules that an expression needs itself. */
export const mentionedRules = (expression: Expression): readonly string[] =>
  expression.kind === 'rule' ? [expression.name] : partsOf(expression).flatMap(mentionedRules);

/** The expression with its direct parts replaced, simplified again. */
export const mapParts = (expression: Expression, change: (part: Expression) => Expression): Expression => {
  if (expression.kind === 'sequence') return sequence(...expression.parts.map(change));
  if (expression.kind === 'choice') return choice(...expression.options.map(change));
  if (expression.kind === 'repeat') return repeat(change(expression.part), expression.min, expression.max);
  return expression;
};
