import type { Role } from '../../api/models.ts';
import { familyOf } from '../../api/name-families.ts';
import { wildcard } from '../../api/wildcard.ts';
import { printable } from './printable.ts';

/** What the router has to know of a model. */
export interface Routable {
  readonly id: string;
  readonly roles: readonly Role[];
  /** Other names; `*` matches anything. */
  readonly aliases: readonly string[];
  /** The name the engine knows it by, when it is another. */
  readonly upstreamModel?: string | undefined;
}

/** A model, or a role that some model fills, and why a name means it, in plain ASCII. */
export interface Meaning<M> {
  readonly means: M | Role;
  readonly why: string;
}

/** What the names in gateway.yaml mean. */
export interface Names<M> {
  /** The meaning of a name in lower case. */
  find(name: string): Meaning<M> | undefined;
  /** Those that are no patterns, as they are written. */
  readonly written: readonly string[];
}

const isPattern = (name: string): boolean => name.includes('*');

/** Ids win over the engine's own names, those over a model's aliases; within each, the first model in the file. */
const namesOfModels = <M extends Routable>(
  models: readonly M[],
): readonly (readonly [string, Meaning<M>])[] => [
  ...models.map((means) => [means.id, { means, why: 'id' }] as const),
  ...models.map((means) => [means.upstreamModel ?? means.id, { means, why: 'served name' }] as const),
  ...models.flatMap((means) =>
    means.aliases.map((alias) => [alias, { means, why: `alias ${printable(alias)}` }] as const),
  ),
];

const literals = (pattern: string): number => pattern.replaceAll('*', '').length;

/**
 * Names from gateway.yaml: of the models, then `aliases`, each with the model or role that it stands for. A whole name
 * wins over a pattern, and of patterns the one that says most.
 */
export const readNames = <M extends Routable>(
  models: readonly M[],
  aliases: Readonly<Record<string, string>>,
): Names<M> => {
  const ofModels = namesOfModels(models);
  const whole = new Map<string, Meaning<M>>();
  for (const [name, meaning] of ofModels) {
    const key = name.toLowerCase();
    if (!isPattern(name) && !whole.has(key)) whole.set(key, meaning);
  }
  const meaningOf = (target: string): M | Role | undefined => {
    const name = target.toLowerCase();
    return whole.get(name)?.means ?? familyOf(name)?.means;
  };
  const resolved = Object.entries(aliases).map(([alias, target]) => [alias, meaningOf(target)] as const);
  const ofUser = resolved.flatMap(([alias, means]) => {
    if (means === undefined) return [];
    const why = `alias ${printable(alias)}${typeof means === 'string' ? ` is ${means}` : ''}`;
    return [[alias, { means, why }] as const];
  });
  for (const [alias, meaning] of ofUser) {
    const key = alias.toLowerCase();
    if (!isPattern(alias) && !whole.has(key)) whole.set(key, meaning);
  }
  const patterns = [...ofUser, ...ofModels]
    .filter(([name]) => isPattern(name))
    .map(([name, meaning]) => ({ fits: wildcard(name.toLowerCase()), size: literals(name), meaning }))
    .sort((a, b) => b.size - a.size);
  return {
    find: (name) => whole.get(name) ?? patterns.find(({ fits }) => fits(name))?.meaning,
    written: [...new Set([...ofModels, ...ofUser].map(([name]) => name))].filter((name) => !isPattern(name)),
  };
};
