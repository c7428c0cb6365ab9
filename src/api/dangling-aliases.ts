import { familyOf } from './name-families.ts';

interface Named {
  readonly id: string;
  readonly upstreamModel?: string | undefined;
  readonly aliases: readonly string[];
}

/**
 * Aliases of gateway.yaml that stand for nothing: their target is no model that is served, by any of its names, and no
 * role. They mean nothing in a request.
 */
export const danglingAliases = (
  models: readonly Named[],
  aliases: Readonly<Record<string, string>>,
): readonly string[] => {
  const served = new Set(
    models.flatMap(({ id, upstreamModel = id, aliases: own }) =>
      [id, upstreamModel, ...own.filter((alias) => !alias.includes('*'))].map((name) => name.toLowerCase()),
    ),
  );
  return Object.entries(aliases)
    .filter(([, target]) => !served.has(target.toLowerCase()) && !familyOf(target.toLowerCase()))
    .map(([alias]) => alias);
};
