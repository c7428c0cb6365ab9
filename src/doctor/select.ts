import { nearest } from '../config/nearest.ts';
import { failure } from '../errors.ts';
import { type CheckResult, groups } from './check.ts';
import { allChecks } from './checks/book.ts';

/** What `--only` and `--skip` may name: checks and groups. */
const selectable = (): readonly string[] => [...Object.keys(groups), ...allChecks.map(({ id }) => id)];

export interface Selection {
  /** Empty: all. */
  readonly only: readonly string[];
  readonly skip: readonly string[];
}

/** Splits `a,b` and checks each name. Throws CHECK_UNKNOWN with the nearest name. */
export const parseNames = (text: string): readonly string[] => {
  const known = selectable();
  const names = text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  for (const name of names) {
    if (known.includes(name)) continue;
    const near = nearest(name, known);
    throw failure('CHECK_UNKNOWN', { name, nearest: near ? `Did you mean "${near}"? ` : '' });
  }
  return names;
};

type Named = Pick<CheckResult, 'id' | 'group'>;

/** Whether a result is wanted. A check that is named wins over its group. */
export const isSelected =
  ({ only, skip }: Selection) =>
  ({ id, group }: Named): boolean => {
    if (skip.includes(id)) return false;
    if (only.includes(id)) return true;
    if (skip.includes(group)) return false;
    return only.length === 0 || only.includes(group);
  };

/** Whether anything of a group is wanted, so that slow probes run for somebody. */
export const wantsGroup = (selection: Selection, group: CheckResult['group']): boolean =>
  allChecks.some(({ id }) => id.startsWith(`${group}-`) && isSelected(selection)({ id, group }));
