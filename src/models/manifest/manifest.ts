import { join } from 'node:path';
import { z } from 'zod';
import type { Paths } from '../../config/paths.ts';
import { failure, reason } from '../../errors.ts';
import { withLock } from '../../system/lock.ts';
import type { System } from '../../system/system.ts';

const schemaVersion = 1;

const fetchedFile = z.object({
  path: z.string().describe('where it is used from'),
  data: z.string().describe('where its bytes lie; the same, where it is no link'),
  sizeBytes: z.number(),
  sha256: z.string().nullable(),
  ours: z.boolean().describe('false: it was there before, another program brought it'),
});

const fetchedModel = z.object({
  reference: z.string(),
  id: z.string(),
  source: z.enum(['hub', 'pypi']),
  from: z.string().describe('where it came from, for people'),
  commit: z.string().nullable().describe('the revision it was, on the hub'),
  format: z.enum(['gguf', 'safetensors']),
  startedAt: z.number().describe('ms since 1970'),
  finishedAt: z.number().nullable().describe('null: not whole yet'),
  files: z.array(fetchedFile),
});

const manifestFormat = z.object({ schemaVersion: z.literal(schemaVersion), models: z.array(fetchedModel) });

export type FetchedModel = z.infer<typeof fetchedModel>;

/**
 * What we downloaded, also what is not whole yet: written down before the first byte comes, so that nothing of ours is
 * left that `models rm` would not know. Throws FILE_TOO_NEW and FILE_DAMAGED.
 */
export const readManifest = async (system: System, paths: Paths): Promise<readonly FetchedModel[]> => {
  const file = paths.manifestFile;
  const text = await system.files.readText(file);
  if (text === undefined) return [];
  let read: unknown;
  try {
    read = JSON.parse(text);
  } catch (caught) {
    throw failure('FILE_DAMAGED', { file, problem: reason(caught) }, caught);
  }
  const found = (read as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof found === 'number' && found > schemaVersion) {
    throw failure('FILE_TOO_NEW', { file, found, known: schemaVersion });
  }
  const parsed = manifestFormat.safeParse(read);
  if (parsed.success) return parsed.data.models;
  throw failure('FILE_DAMAGED', { file, problem: z.prettifyError(parsed.error) });
};

const change = (
  system: System,
  paths: Paths,
  edit: (models: readonly FetchedModel[]) => readonly FetchedModel[],
): Promise<void> => {
  const lock = join(paths.locks, 'models.lock');
  return withLock(system, lock, { what: 'writing down what was fetched', waitMs: 10_000 }, async () => {
    const models = edit(await readManifest(system, paths));
    const text = JSON.stringify({ schemaVersion, models }, undefined, 2);
    await system.files.writeAtomic(paths.manifestFile, `${text}\n`);
  });
};

const isSame = (a: FetchedModel, b: FetchedModel): boolean =>
  a.reference === b.reference && a.commit === b.commit;

/** What we brought in an earlier, broken-off try is ours still. */
const keepOurs = (model: FetchedModel, before: FetchedModel | undefined): FetchedModel => ({
  ...model,
  files: model.files.map((file) => {
    const known = before?.files.find(({ path }) => path === file.path);
    return { ...file, ours: file.ours || known?.ours === true };
  }),
});

/** Writes down a model, in place of what was known of it. */
export const recordModel = (system: System, paths: Paths, model: FetchedModel): Promise<void> =>
  change(system, paths, (models) => [
    ...models.filter((one) => !isSame(one, model)),
    keepOurs(
      model,
      models.find((one) => isSame(one, model)),
    ),
  ]);

/** Strikes a model out. */
export const forgetModel = (system: System, paths: Paths, model: FetchedModel): Promise<void> =>
  change(system, paths, (models) => models.filter((one) => !isSame(one, model)));
