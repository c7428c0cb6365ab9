import type { Context } from '../../context.ts';
import { diskUse, listStored, type StoredModel } from '../../models/manifest/inventory.ts';
import { bytes } from '../../models/quantities.ts';
import { type ModelUse, readUse } from './use.ts';

const words: Readonly<Record<ModelUse, string>> = {
  served: 'served now',
  chosen: 'the next `up`',
  none: '-',
};

type Row = StoredModel & { readonly use: ModelUse };

const sizeWords = ({ sizeBytes, whole }: Row): string =>
  whole ? bytes(sizeBytes) : `${bytes(sizeBytes)}, unfinished`;

/** Lists what is on this disk, and what it takes. */
export const showList = async ({ system, paths, output }: Context): Promise<void> => {
  const [stored, use] = await Promise.all([listStored(system, paths), readUse(system, paths)]);
  const rows = stored.map((model): Row => ({ ...model, use: use(model.file) }));
  const [total, free] = await Promise.all([
    diskUse(system, stored),
    system.files.freeBytes(paths.modelCache),
  ]);
  output.data({ models: rows, totalBytes: total, freeBytes: free, cache: paths.modelCache });
  output.table(
    rows,
    [
      { title: 'MODEL', value: ({ id }) => id },
      { title: 'SIZE', value: sizeWords, align: 'right' },
      { title: 'USED BY', value: ({ use: one }) => output.words(words[one]) },
      { title: 'FROM', value: ({ from }) => from },
      { title: 'REFERENCE', value: ({ reference }) => reference },
    ],
    'No models on this disk yet. What can be had: `{localai} models catalog`.',
  );
  if (rows.length > 0) output.note(`${bytes(total)} in all, ${bytes(free)} free at ${paths.modelCache}.`);
};
