import { nearest } from '../../config/nearest.ts';
import type { Context } from '../../context.ts';
import { failure, isFailure } from '../../errors.ts';
import { findFamily } from '../../models/catalog/families.ts';
import { findModel } from '../../models/ensure.ts';
import type { StoredModel } from '../../models/manifest/inventory.ts';
import { parseReference } from '../../models/reference.ts';

/** The file that a name or reference means; undefined where it means none that is here. */
const fileOf = async (
  { system, paths, packageFolder }: Context,
  name: string,
): Promise<string | undefined> => {
  try {
    const reference = parseReference(name, system.cwd);
    // A word for several models is none of them.
    if (reference.kind === 'catalog' && findFamily(reference.name)) return undefined;
    return (await findModel(system, paths, reference, packageFolder))?.file;
  } catch (caught) {
    if (isFailure(caught)) return undefined;
    throw caught;
  }
};

const isCalled = ({ id, reference }: StoredModel, name: string): boolean =>
  [id, reference, reference.replace(/^hf:/, '')].some((one) => one.toLowerCase() === name.toLowerCase());

/** The model on this disk that a user names, by its id, its reference, or whatever else leads to its file. */
export const lookUpStored = async (
  context: Context,
  stored: readonly StoredModel[],
  name: string,
): Promise<StoredModel | undefined> => {
  const called = stored.filter((model) => isCalled(model, name));
  const [first, second] = called;
  if (first && second) {
    const problem = `it may be ${called.map(({ reference }) => reference).join(' or ')}`;
    throw failure('MODEL_REFERENCE', { reference: name, problem });
  }
  if (first) return first;
  const file = await fileOf(context, name);
  return file === undefined ? undefined : stored.find((model) => model.file === file);
};

/** The same. Throws MODEL_NOT_HERE with the nearest name when there is none. */
export const findStored = async (
  context: Context,
  stored: readonly StoredModel[],
  name: string,
): Promise<StoredModel> => {
  const found = await lookUpStored(context, stored, name);
  if (found) return found;
  const near = nearest(
    name,
    stored.map(({ id }) => id),
  );
  throw failure('MODEL_NOT_HERE', {
    model: name,
    nearest: near === undefined ? '' : `Did you mean ${near}? `,
  });
};
