import type { Gpu } from '../report.ts';
import type { NvidiaCard } from './facts.ts';
import type { QueryRow } from './query-csv.ts';
import type { XmlAnswer, XmlCard } from './query-xml.ts';

const mebibyte = 1024 * 1024;

const figure = (text: string | undefined): number | null => {
  const number = Number(text ?? Number.NaN);
  return Number.isFinite(number) ? number : null;
};

const mebibytes = (text: string | undefined): number | null => {
  const count = figure(text);
  return count === null ? null : count * mebibyte;
};

/** `00000000:01:00.0` and `0000:01:00.0` are one place. */
const place = (busId: string | undefined): string =>
  (busId ?? '').replace(/^0+(?=[0-9A-F]{4}:)/i, '').toLowerCase();

const migOf = (text: string | undefined): NvidiaCard['mig'] =>
  text === undefined ? null : { enabled: text === 'Enabled', instances: null };

const cardOf = ({ values, faults }: QueryRow, xml: XmlCard | undefined): NvidiaCard => {
  const display = values.display_active;
  return {
    index: Number(values.index ?? 0),
    uuid: values.uuid ?? xml?.uuid ?? null,
    busId: values['pci.bus_id'] ?? xml?.busId ?? null,
    computeCapability: values.compute_cap ?? null,
    usedBytes: mebibytes(values['memory.used']) ?? xml?.usedBytes ?? null,
    freeBytes: mebibytes(values['memory.free']) ?? xml?.freeBytes ?? null,
    displayActive: display === undefined ? (xml?.displayActive ?? null) : /^(Enabled|Yes)$/.test(display),
    powerLimitWatts: figure(values['power.limit']) ?? xml?.powerLimitWatts ?? null,
    defaultPowerLimitWatts: figure(values['power.default_limit']) ?? xml?.defaultPowerLimitWatts ?? null,
    computeMode: values.compute_mode ?? xml?.computeMode ?? null,
    mig: xml?.mig ?? migOf(values['mig.mode.current']),
    processes: xml?.processes ?? [],
    faults: faults.length > 0 ? faults : (xml?.faults ?? []),
  };
};

/** What one form says of a card completed by the other; either may be missing. */
export const mergeCards = (rows: readonly QueryRow[], xml: XmlAnswer | undefined): readonly Gpu[] => {
  const fromXml = xml?.cards ?? [];
  if (rows.length === 0) return fromXml.map((card, index) => gpuFromXml(card, index));
  return rows.map((row) => {
    const { values } = row;
    const same = fromXml.find((card) => place(card.busId) === place(values['pci.bus_id']));
    return {
      vendor: 'nvidia',
      name: values.name ?? same?.name ?? 'an NVIDIA card',
      memoryBytes: mebibytes(values['memory.total']) ?? same?.totalBytes ?? null,
      nvidia: cardOf(row, same),
    };
  });
};

const gpuFromXml = (card: XmlCard, index: number): Gpu => ({
  vendor: 'nvidia',
  name: card.name ?? 'an NVIDIA card',
  memoryBytes: card.totalBytes,
  nvidia: { ...cardOf({ values: {}, faults: [] }, card), index },
});
