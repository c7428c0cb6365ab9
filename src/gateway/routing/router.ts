import type { Role } from '../../api/models.ts';
import { familyRole } from './families.ts';

/** What a request wants done; decides where one that names no known model goes. */
export type RequestKind = 'chat' | 'completion' | 'embedding';

/** What the router has to know of a model. */
export interface Routable {
  readonly id: string;
  readonly roles: readonly Role[];
  /** Other names; a trailing or inner `*` matches anything. */
  readonly aliases: readonly string[];
  /** The name the engine knows it by, when it is another. */
  readonly upstreamModel?: string | undefined;
}

interface Route<M extends Routable> {
  readonly model: M;
  /** Why this model, in plain ASCII; sent as the `x-localai-route` header and never repeats the request's words. */
  readonly why: string;
}

export interface Router<M extends Routable> {
  /** Every request finds a model: an unknown or missing name goes to the general one. */
  route(requested: string | undefined, kind: RequestKind): Route<M>;
}

/** Names seen are remembered so that a request costs one look-up; bounded, since clients choose the names. */
const rememberedNames = 500;

/** What a header can carry of a text. */
export const printable = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?');

const escaped = (text: string): string => text.replace(/[.+?^${}()|[\]\\]/g, '\\$&');

interface Pattern<M> {
  readonly text: string;
  readonly matches: RegExp;
  readonly model: M;
}

/** The most specific pattern first, whatever the order in the file. */
const patternsOf = <M extends Routable>(models: readonly M[]): readonly Pattern<M>[] =>
  models
    .flatMap((model) => model.aliases.filter((alias) => alias.includes('*')).map((text) => ({ text, model })))
    .map(({ text, model }) => ({
      text,
      model,
      matches: new RegExp(`^${text.toLowerCase().split('*').map(escaped).join('.*')}$`, 's'),
    }))
    .sort((a, b) => b.text.length - a.text.length);

/** Ids win over the engine's own names, those over aliases; within each, the first model in the file. */
const exactNames = <M extends Routable>(models: readonly M[]): ReadonlyMap<string, Route<M>> => {
  const names = new Map<string, Route<M>>();
  const add = (name: string, route: Route<M>): void => {
    if (!names.has(name.toLowerCase())) names.set(name.toLowerCase(), route);
  };
  for (const model of models) add(model.id, { model, why: 'id' });
  for (const model of models)
    if (model.upstreamModel) add(model.upstreamModel, { model, why: 'served name' });
  for (const model of models) {
    for (const alias of model.aliases) {
      if (!alias.includes('*')) add(alias, { model, why: `alias ${printable(alias)}` });
    }
  }
  return names;
};

/** Who stands in for a role that no model has. An embedding model answers chat only when there is no other. */
const substitutes: Readonly<Record<Role, readonly Role[]>> = {
  coder: ['coder', 'general'],
  general: ['general', 'coder'],
  autocomplete: ['autocomplete', 'coder', 'general'],
  embedding: ['embedding', 'general', 'coder'],
};

/** Builds the routing table. Pure; `models` must not be empty. */
export const createRouter = <M extends Routable>(models: readonly [M, ...M[]]): Router<M> => {
  const names = exactNames(models);
  const patterns = patternsOf(models);
  const remembered = new Map<string, Route<M>>();

  const byRole = (wanted: Role, why: string): Route<M> => {
    for (const role of substitutes[wanted]) {
      const model = models.find((candidate) => candidate.roles.includes(role));
      if (model) return { model, why: role === wanted ? why : `${why}; no ${wanted} model, ${role} serves` };
    }
    const model = models.find((candidate) => !candidate.roles.includes('embedding')) ?? models[0];
    return { model, why: `${why}; no model has that role` };
  };

  const fallbackRole = (kind: RequestKind): Role => (kind === 'embedding' ? 'embedding' : 'general');

  const find = (name: string, kind: RequestKind): Route<M> => {
    const exact = names.get(name);
    if (exact) return exact;
    const pattern = patterns.find((candidate) => candidate.matches.test(name));
    if (pattern) return { model: pattern.model, why: `alias ${printable(pattern.text)}` };
    const family = familyRole(name);
    if (family && kind !== 'embedding') return byRole(family.role, `${family.family} is ${family.role}`);
    return byRole(fallbackRole(kind), 'unknown model');
  };

  const defaults: Readonly<Record<RequestKind, Route<M>>> = {
    chat: byRole('general', 'no model named'),
    completion: byRole('general', 'no model named'),
    embedding: byRole('embedding', 'no model named'),
  };

  return {
    route: (requested, kind) => {
      if (requested === undefined || requested === '') return defaults[kind];
      const key = `${kind} ${requested}`;
      const known = remembered.get(key);
      if (known) return known;
      const found = find(requested.toLowerCase(), kind);
      if (remembered.size >= rememberedNames) remembered.clear();
      if (requested.length <= 256) remembered.set(key, found);
      return found;
    },
  };
};
