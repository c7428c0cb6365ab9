import { nearest } from '../../config/nearest.ts';
import { failure } from '../../errors.ts';

/** Which files of a repository make up the model. */
export interface Selection {
  readonly format: 'gguf' | 'safetensors';
  /** All files to have, weights first. */
  readonly paths: readonly string[];
  /** A line for a person when one of several was picked. */
  readonly choice: string | undefined;
}

/**
 * Which quantisation is picked when a repository offers several, best first: 4 bits lose little and halve the bytes
 * that each token must read; the rest in the order of how near they are to that.
 */
const preferred: readonly string[] = [
  ...['Q4_K_M', 'Q4_K_S', 'MXFP4', 'Q4_K_XL', 'IQ4_XS', 'IQ4_NL', 'Q4_0', 'Q4_1', 'Q5_K_M', 'Q5_K_S', 'Q5_0'],
  ...['Q6_K', 'Q8_0', 'Q3_K_L', 'Q3_K_M', 'BF16', 'F16', 'F32'],
];

const quantForm = /(?:^|[-._/])((?:UD-)?(?:I?Q\d(?:_[A-Z0-9]+)*|MXFP4(?:_MOE)?|BF16|F16|F32))(?=[-._/]|$)/gi;

/** The quantisation that a file's name says, in capitals: `Q4_K_M`. */
export const quantOf = (path: string): string | undefined =>
  [...path.matchAll(quantForm)].at(-1)?.[1]?.toUpperCase().replace(/^UD-/, '').replace(/_MOE$/, '');

const splitForm = /^(.*)-(\d{5})-of-(\d{5})\.gguf$/i;

/** All parts of a split file, in order; a file that is not split is its own only part. */
export const partsOf = (path: string): readonly string[] => {
  const [, stem, , count] = splitForm.exec(path) ?? [];
  if (stem === undefined || count === undefined) return [path];
  const extension = path.slice(-5);
  return Array.from(
    { length: Number(count) },
    (_, index) => `${stem}-${String(index + 1).padStart(5, '0')}-of-${count}${extension}`,
  );
};

const baseOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** Files beside the model proper: vision projectors, importance matrices, draft models. */
const isBeside = (path: string): boolean =>
  /^(mmproj|imatrix|eagle|draft|mtp)|mmproj|imatrix/i.test(baseOf(path));

const isWeights = (path: string): boolean => /\.gguf$/i.test(path) && !isBeside(path);

const isFirstPart = (path: string): boolean => partsOf(path)[0] === path;

const rank = (path: string): number => {
  const place = preferred.indexOf(quantOf(path) ?? '');
  return place < 0 ? preferred.length : place;
};

const selectGguf = (paths: readonly string[]): Selection | undefined => {
  const all = new Set(paths);
  const whole = paths.filter((path) => isWeights(path) && isFirstPart(path));
  const complete = whole.filter((path) => partsOf(path).every((part) => all.has(part)));
  // Of equals the one that is not split, then the shorter name: variants carry longer ones.
  const [best] = complete.sort(
    (a, b) => rank(a) - rank(b) || partsOf(a).length - partsOf(b).length || a.length - b.length,
  );
  if (best === undefined) return undefined;
  const choice = complete.length > 1 ? `Of ${complete.length} GGUF files, ${best} is taken.` : undefined;
  return { format: 'gguf', paths: partsOf(best), choice };
};

/** What an engine for safetensors reads besides the weights; only at the top: folders hold other formats. */
const isBesideSafetensors = (path: string): boolean =>
  /^[^/]+\.(json|jinja|model)$/.test(path) || /^(merges|vocab)\.txt$/.test(path);

const selectSafetensors = (paths: readonly string[]): Selection | undefined => {
  const weights = paths.filter((path) => /^[^/]+\.safetensors$/.test(path));
  // Mistral ships the same weights twice, its own layout as consolidated*.safetensors.
  const named = weights.filter((path) => !path.startsWith('consolidated'));
  const taken = named.length > 0 ? named : weights;
  if (taken.length === 0) return undefined;
  return {
    format: 'safetensors',
    paths: [...taken, ...paths.filter(isBesideSafetensors)],
    choice: undefined,
  };
};

const selectNamed = (paths: readonly string[], wanted: string, repo: string): Selection => {
  const found = paths.includes(wanted)
    ? wanted
    : paths.find((path) => path.toLowerCase() === wanted.toLowerCase());
  if (found === undefined) {
    const near = nearest(wanted, paths.filter(isWeights));
    const what = `file ${wanted} in ${repo}${near === undefined ? '' : ` (but ${near})`}`;
    throw failure('HUB_NOT_FOUND', { what });
  }
  if (!/\.gguf$/i.test(found)) {
    const problem = `${found} is not a model file; name a .gguf file, or the repository alone`;
    throw failure('MODEL_REFERENCE', { reference: `hf:${repo}/${wanted}`, problem });
  }
  return { format: 'gguf', paths: partsOf(found), choice: undefined };
};

/**
 * Picks the files of a model: the one that is named, else one GGUF (all its parts), else the safetensors with what
 * belongs to them; never two formats. Throws HUB_NOT_FOUND, MODEL_REFERENCE, MODEL_NOT_SERVABLE.
 */
export const selectFiles = (
  paths: readonly string[],
  wanted: string | undefined,
  repo: string,
): Selection => {
  if (wanted !== undefined) return selectNamed(paths, wanted, repo);
  const selection = selectGguf(paths) ?? selectSafetensors(paths);
  if (selection) return selection;
  throw failure('MODEL_NOT_SERVABLE', { model: repo, problem: 'it has neither GGUF nor safetensors files' });
};
