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
import type { PlanCard } from '../../stack/cards/card.ts';
import { usableCards } from '../../stack/cards/usable-cards.ts';
import { showCardsCatalog } from './cards-catalog.ts';

/** Measured figures would be better; these lean to the careful side (src/models/fit.ts). */
const about = (model: CatalogModel, report: MachineReport): number => {
  const speed = estimateSpeed(model, report);
  return speed < 10 ? Math.round(speed * 10) / 10 : Math.round(speed);
};

const abilities = ({ roles, tools, reasoning }: CatalogModel): string =>
  [...roles, ...(tools ? ['tools'] : []), ...(reasoning ? ['thinks'] : [])].join(', ');

/**
 * Lists the catalogue as seen from this machine, or from the cards that were named: what vLLM serves where there are
 * NVIDIA cards, else what the embedded engine does.
 */
export const showCatalog = async (
  context: Context,
  asked: readonly PlanCard[] | undefined,
): Promise<void> => {
  const { system, paths, packageFolder, output } = context;
  const report = asked ? undefined : await probeMachine(system);
  const cards = asked ?? (report ? usableCards(report).cards : []);
  if (!report || cards.length > 0) {
    showCardsCatalog(context, cards);
    return;
  }
  const pick = chooseModels(report)[0];
  const best = pick?.model;
  const rows = await Promise.all(
    catalog.map(async (model) => ({
      ...model,
      here:
        (await findModel(system, paths, parseReference(model.reference, '/'), packageFolder)) !== undefined,
      neededBytes: neededBytes(model),
      fits: fits(model, report),
      estimatedTokensPerSecond: about(model, report),
      picked: model === best,
      why: model === best ? (pick?.why ?? null) : null,
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
      `* is what \`{localai} up\` picks here: ${pick?.why ?? 'nothing fits'}.`,
      'Memory and speed are estimates for this machine, on its CPU.',
      `Words for whole families: ${families.map(({ word }) => word).join(', ')}.`,
      'For NVIDIA cards: `{localai} models catalog --gpu "RTX 4090"`.',
    ].join('\n'),
  );
};
