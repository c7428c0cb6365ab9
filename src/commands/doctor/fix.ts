import type { Context } from '../../context.ts';
import type { Assessed } from '../../doctor/check.ts';
import type { DoctorFacts } from '../../doctor/facts.ts';
import { repairsFor } from '../../doctor/repairs.ts';
import { isFailure } from '../../errors.ts';

/** Does what `--fix` may do, each after a yes. True when something was changed. */
export const fixWhatCanBe = async (
  { system, paths, output }: Context,
  results: readonly Assessed[],
  facts: DoctorFacts,
): Promise<boolean> => {
  const repairs = repairsFor(results, { system, paths, facts });
  if (repairs.length === 0) {
    output.note('Nothing here can be repaired by --fix; the commands below are for you to run.');
    return false;
  }
  let changed = false;
  for (const { check, what, undo, run } of repairs) {
    if (!(await output.confirm(`${check}: run \`${what}\`?`, { flag: '--yes', initial: true }))) continue;
    try {
      await run();
      changed = true;
      output.note(`Done: ${what}   (to take it back: ${undo})`);
    } catch (caught) {
      if (!isFailure(caught) || caught.code !== 'COMMAND_FAILED') throw caught;
      output.warn(caught.message);
    }
  }
  return changed;
};
