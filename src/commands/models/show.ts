import type { Context } from '../../context.ts';
import { findByReference, findInCatalog } from '../../models/catalog/catalog.ts';
import { findModel } from '../../models/ensure.ts';
import { type GgufFacts, ggufFacts } from '../../models/gguf/facts.ts';
import { readGguf } from '../../models/gguf/read-gguf.ts';
import { listStored, type StoredModel } from '../../models/manifest/inventory.ts';
import type { CatalogModel } from '../../models/model.ts';
import { bytes } from '../../models/quantities.ts';
import { formatReference, parseReference } from '../../models/reference.ts';
import { lookUpStored } from './find-stored.ts';
import { meantHere } from './meant-here.ts';
import { type ModelUse, readUse } from './use.ts';

interface Shown {
  readonly catalog: CatalogModel | null;
  readonly stored: (StoredModel & { readonly use: ModelUse }) | null;
  /** What its file says of itself; null when it is not here or no GGUF. */
  readonly file: (GgufFacts & { readonly path: string }) | null;
}

const readFacts = async ({ system }: Context, path: string | undefined): Promise<Shown['file']> => {
  if (path === undefined) return null;
  const read = await readGguf(system, path);
  return 'header' in read ? { path, ...ggufFacts(read.header) } : null;
};

const gather = async (context: Context, name: string): Promise<Shown> => {
  const { system, paths, packageFolder } = context;
  const stored = await lookUpStored(context, await listStored(system, paths), name);
  // What is on this disk may be known by a name that is no reference.
  const reference = stored ? undefined : parseReference(name, system.cwd);
  const local = reference && (await findModel(system, paths, reference, packageFolder));
  const written = stored?.reference ?? (reference && formatReference(reference)) ?? name;
  const use = await readUse(system, paths);
  return {
    catalog: findInCatalog(name) ?? findByReference(written) ?? null,
    stored: stored ? { ...stored, use: use(stored.file) } : null,
    file: await readFacts(context, stored?.file ?? local?.file),
  };
};

/** How sure the figures of an entry are. */
const sources: Readonly<Record<CatalogModel['figures'], string>> = {
  logged: 'read from the file itself',
  config: "from the model's own config",
  memory: 'from memory, not checked',
};

const yes = (value: boolean): string => (value ? 'yes' : 'no');

type Line = readonly [label: string, value: string | number | null | undefined];

const catalogLines = (model: CatalogModel): readonly Line[] => [
  ['What', model.summary],
  ['Reference', model.reference],
  ['Licence', model.license],
  ['Download', bytes(model.sizeBytes)],
  ['Roles', model.roles.join(', ')],
  ['Calls tools', yes(model.tools)],
  ['Thinks aloud', yes(model.reasoning)],
  ['Fills in', yes(model.fim)],
  ['Context', `${model.contextTokens} tokens, ${bytes(model.kvBytesPerToken)} of memory each`],
  ['Figures', sources[model.figures]],
  ['Note', model.caveat],
];

const storedLines = (model: StoredModel & { readonly use: ModelUse }): readonly Line[] => [
  ['Reference', model.reference],
  ['From', model.from],
  ['On disk', `${bytes(model.sizeBytes)}${model.whole ? '' : ', unfinished'}`],
  ['Fetched', model.fetchedAt === null ? null : new Date(model.fetchedAt).toLocaleString()],
  ['sha256', model.sha256 ?? 'not pinned'],
  ['Used by', model.use === 'served' ? 'the running server' : model.use === 'chosen' ? 'the next `up`' : '-'],
];

const fileLines = (file: NonNullable<Shown['file']>): readonly Line[] => [
  ['File', file.path],
  ['Name in it', file.name],
  ['Architecture', file.architecture],
  ['Parameters', file.parameters.toLocaleString('en')],
  ['Layers', file.layers],
  ['KV heads', file.kvHeads],
  ['Trained for', file.contextTokens === null ? null : `${file.contextTokens} tokens`],
  ['KV per token', file.kvBytesPerToken === null ? null : bytes(file.kvBytesPerToken)],
  ['Tokenizer', file.tokenizer === null ? null : `${file.tokenizer}, ${file.vocabulary ?? '?'} tokens`],
  ['Chat template', file.chatTemplate ? `yes, ${file.toolTemplate ? 'with' : 'without'} tools` : 'none'],
];

/** Shows one model: from the catalogue, from the disk, from its own file, as far as it is there. */
export const showModel = async (context: Context, typed: string): Promise<void> => {
  const { output } = context;
  const name = await meantHere(context, typed);
  const shown = await gather(context, name);
  output.data(shown);
  const { catalog, stored, file } = shown;
  const parts: readonly (readonly [string, readonly Line[]])[] = [
    ...(catalog ? [['In the catalogue', catalogLines(catalog)] as const] : []),
    ...(stored ? [['On this disk', storedLines(stored)] as const] : []),
    ...(file ? [['In the file', fileLines(file)] as const] : []),
  ];
  output.print(output.paint.bold(catalog?.name ?? stored?.id ?? name));
  for (const [title, lines] of parts) {
    output.print(`\n${title}`);
    for (const [label, value] of lines) {
      if (value !== null && value !== undefined) output.print(`  ${label.padEnd(14)} ${value}`);
    }
  }
  if (!stored && !file) output.print(`\nNot on this disk. To fetch it: \`{localai} pull ${name}\`.`);
};
