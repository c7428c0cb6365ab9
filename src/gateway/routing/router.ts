import type { GatewayRouting } from '../../api/gateway-config.ts';
import type { Role } from '../../api/models.ts';
import { familyOf } from '../../api/name-families.ts';
import { type Meaning, type Routable, readNames } from './names.ts';

/** What a request wants done; decides where one that names no known model goes. */
export type RequestKind = 'chat' | 'completion' | 'embedding';

interface Route<M extends Routable> {
  readonly model: M;
  /** Why this model, in plain ASCII; sent as the `x-localai-route` header and never repeats the request's words. */
  readonly why: string;
}

export interface Router<M extends Routable> {
  /** Where an unknown or missing name goes: to the general model, or nowhere. */
  readonly strict: boolean;
  /** The model for a request, which may have several engines one day; undefined only when it is strict. */
  route(requested: string | undefined, kind: RequestKind): Route<M> | undefined;
  /** The model that a name means by itself: an id, an alias, a role. */
  named(name: string): M | undefined;
  /** Names of models, as they are written in gateway.yaml. */
  readonly names: readonly string[];
}

/** Names seen are remembered so that a request costs one look-up; bounded, since clients choose the names. */
const rememberedNames = 500;

const longestRemembered = 256;

/** Who stands in for a role that no model has. An embedding model answers chat only when there is no other. */
const substitutes: Readonly<Record<Role, readonly Role[]>> = {
  coder: ['coder', 'general'],
  general: ['general', 'coder'],
  autocomplete: ['autocomplete', 'coder', 'general'],
  embedding: ['embedding', 'general', 'coder'],
};

const roleOf = (kind: RequestKind): Role => (kind === 'embedding' ? 'embedding' : 'general');

/** Builds the routing table. Pure; `models` must not be empty. */
export const createRouter = <M extends Routable>(
  models: readonly [M, ...M[]],
  { strict, aliases }: GatewayRouting,
): Router<M> => {
  const names = readNames(models, aliases);

  const byRole = (wanted: Role, why: string): Route<M> => {
    for (const role of substitutes[wanted]) {
      const model = models.find((candidate) => candidate.roles.includes(role));
      if (model) return { model, why: role === wanted ? why : `${why}; no ${wanted} model, ${role} serves` };
    }
    const model = models.find((candidate) => !candidate.roles.includes('embedding')) ?? models[0];
    return { model, why: `${why}; no model has that role` };
  };

  const follow = ({ means, why }: Meaning<M>): Route<M> =>
    typeof means === 'string' ? byRole(means, why) : { model: means, why };

  const find = (name: string, kind: RequestKind): Route<M> | undefined => {
    const meaning = names.find(name);
    if (meaning) return follow(meaning);
    const family = familyOf(name);
    if (family && (kind !== 'embedding' || family.means === 'embedding')) return follow(family);
    return strict ? undefined : byRole(roleOf(kind), 'unknown model');
  };

  const unnamed = (kind: RequestKind): Route<M> | undefined =>
    strict ? undefined : byRole(roleOf(kind), 'no model named');

  const table = (kind: RequestKind) => {
    const remembered = new Map<string, Route<M>>();
    const standard = unnamed(kind);
    return (requested: string | undefined): Route<M> | undefined => {
      if (requested === undefined || requested === '') return standard;
      const known = remembered.get(requested);
      if (known) return known;
      const found = find(requested.toLowerCase(), kind);
      if (remembered.size >= rememberedNames) remembered.clear();
      if (found && requested.length <= longestRemembered) remembered.set(requested, found);
      return found;
    };
  };

  const tables = { chat: table('chat'), completion: table('completion'), embedding: table('embedding') };
  return {
    strict,
    route: (requested, kind) => tables[kind](requested),
    named: (name) => {
      const lower = name.toLowerCase();
      const meaning = names.find(lower) ?? familyOf(lower);
      return meaning && follow(meaning).model;
    },
    names: names.written,
  };
};
