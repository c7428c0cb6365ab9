import { findByReference } from './catalog/catalog.ts';
import { quantOf } from './hub/select-files.ts';

/** The id under which a file is served: its name without the quantisation and the count of parts. */
export const idOfFile = (path: string): string => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  const stem = name.replace(/\.gguf$/i, '').replace(/-\d{5}-of-\d{5}$/, '');
  const quant = quantOf(stem);
  if (quant === undefined) return stem;
  const shorter = stem.replace(new RegExp(`[-._](UD-)?${quant}(_MOE)?$`, 'i'), '');
  return shorter === '' ? stem : shorter;
};

/** The id of a model: its name in the catalogue, else what its file's name says. */
export const idOf = (reference: string, path: string): string =>
  findByReference(reference)?.name ?? idOfFile(path);
