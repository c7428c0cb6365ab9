import type { Context } from '../../context.ts';
import { probeMachine } from '../../machine/probe-machine.ts';
import type { MachineReport } from '../../machine/report.ts';
import { catalog } from '../../models/catalog/catalog.ts';
import { families } from '../../models/catalog/families.ts';
import { chooseModels } from '../../models/choose.ts';
import { findModel } from '../../models/ensure.ts';
import { estimateSpeed, fits, neededBytes } from '../../models/fit.ts';
import type { CatalogModel } from '../../models/model.ts';
import { bytes } from '../../models/quantities.ts';
import { parseReference } from '../../models/reference.ts';

/** Measured figures would be better; these lean to the careful side (src/models/fit.ts). */
const about = (model: CatalogModel, report: MachineReport): number => {
  const speed = estimateSpeed(model, report);
  return speed < 10 ? Math.round(speed * 10) / 10 : Math.round(speed);
};

const abilities = ({ roles, tools, reasoning }: CatalogModel): string =>
  [...roles, ...(tools ? ['tools'] : []), ...(reasoning ? ['thinks'] : [])].join(', ');

/** Lists the catalogue as seen from this machine. */
export const showCatalog = async ({ system, paths, packageFolder, output }: Context): Promise<void> => {
  const report = await probeMachine(system);
  const best = chooseModels(report)[0]?.model;
  const rows = await Promise.all(
    catalog.map(async (model) => ({
      ...model,
      here:
        (await findModel(system, paths, parseReference(model.reference, '/'), packageFolder)) !== undefined,
      neededBytes: neededBytes(model),
      fits: fits(model, report),
      estimatedTokensPerSecond: about(model, report),
      picked: model === best,
    })),
  );
  output.data({
    models: rows,
    families: families.map(({ word, members }) => ({ word, members: members.map(({ name }) => name) })),
  });
  output.table(
    rows,
    [
      { title: 'MODEL', value: ({ name, picked }) => (picked ? `${name} *` : name) },
      { title: 'SIZE', value: ({ sizeBytes }) => bytes(sizeBytes), align: 'right' },
      { title: 'MEMORY', value: (row) => (row.fits ? bytes(row.neededBytes) : 'too much'), align: 'right' },
      { title: 'TOKENS/S', value: (row) => `~${row.estimatedTokensPerSecond}`, align: 'right' },
      { title: 'HERE', value: ({ here }) => (here ? 'yes' : '-') },
      { title: 'LICENCE', value: ({ license }) => license },
      { title: 'FOR', value: abilities },
    ],
    'The catalogue is empty.',
  );
  output.note(
    [
      '* is what `{localai} up` picks here. Memory and speed are estimates for this machine, on its CPU.',
      `Words for whole families: ${families.map(({ word }) => word).join(', ')}.`,
    ].join('\n'),
  );
};
