import type { NvidiaProcess } from './facts.ts';
import { isFaulty, plainValue } from './query-csv.ts';

/** What `nvidia-smi -q -x` says of one card. */
export interface XmlCard {
  readonly busId: string;
  readonly name: string | null;
  readonly uuid: string | null;
  readonly totalBytes: number | null;
  readonly usedBytes: number | null;
  readonly freeBytes: number | null;
  readonly displayActive: boolean | null;
  readonly powerLimitWatts: number | null;
  readonly defaultPowerLimitWatts: number | null;
  readonly computeMode: string | null;
  readonly mig: { readonly enabled: boolean; readonly instances: number } | null;
  readonly processes: readonly NvidiaProcess[];
  readonly faults: readonly string[];
}

export interface XmlAnswer {
  readonly driverVersion: string | null;
  readonly cudaVersion: string | null;
  readonly cards: readonly XmlCard[];
}

const mebibyte = 1024 * 1024;

/** The text of the first `<name>`; undefined when there is none. Its elements have no attributes, except <gpu>. */
const inner = (xml: string, name: string): string | undefined =>
  new RegExp(`<${name}>([\\s\\S]*?)</${name}>`).exec(xml)?.[1];

const everyInner = (xml: string, name: string): readonly string[] =>
  [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map((match) => match[1] ?? '');

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };

/** The value of the first of these elements that has one. */
const value = (xml: string, ...names: readonly string[]): string | null => {
  for (const name of names) {
    const text = inner(xml, name)?.replace(/&(\w+);/g, (whole, entity: string) => entities[entity] ?? whole);
    const found = text === undefined ? undefined : plainValue(text);
    if (found !== undefined) return found;
  }
  return null;
};

const figure = (text: string | null): number | null => {
  const number = Number.parseFloat(text ?? '');
  return Number.isFinite(number) ? number : null;
};

/** `24564 MiB` in bytes. */
const bytesOf = (text: string | null): number | null => {
  const count = figure(text);
  return count === null ? null : count * mebibyte;
};

const migOf = (xml: string): XmlCard['mig'] => {
  const mode = value(inner(xml, 'mig_mode') ?? '', 'current_mig');
  if (mode === null) return null;
  return { enabled: mode === 'Enabled', instances: everyInner(xml, 'mig_device').length };
};

const processOf = (xml: string): NvidiaProcess => ({
  pid: figure(value(xml, 'pid')) ?? 0,
  kind: value(xml, 'type') ?? '',
  name: value(xml, 'process_name') ?? 'a process that is not named',
  usedBytes: bytesOf(value(xml, 'used_memory')),
});

const faultsIn = (xml: string): readonly string[] => [
  ...new Set(
    [...xml.matchAll(/<(\w+)>([^<]*)<\/\1>/g)]
      .filter(([, , text = '']) => isFaulty(text))
      .map(([, name = '', text = '']) => `${name}: ${text.trim()}`),
  ),
];

const cardOf = (busId: string, whole: string): XmlCard => {
  // Partitions come first and have a name and memory of their own.
  const xml = whole.replace(/<mig_devices>[\s\S]*?<\/mig_devices>/, '');
  const memory = inner(xml, 'fb_memory_usage') ?? '';
  // Drivers before 525 say power_readings.
  const power = inner(xml, 'gpu_power_readings') ?? inner(xml, 'power_readings') ?? '';
  const display = value(xml, 'display_active');
  return {
    busId,
    name: value(xml, 'product_name'),
    uuid: value(xml, 'uuid'),
    totalBytes: bytesOf(value(memory, 'total')),
    usedBytes: bytesOf(value(memory, 'used')),
    freeBytes: bytesOf(value(memory, 'free')),
    displayActive: display === null ? null : display === 'Enabled' || display === 'Yes',
    powerLimitWatts: figure(value(power, 'current_power_limit', 'power_limit')),
    defaultPowerLimitWatts: figure(value(power, 'default_power_limit')),
    computeMode: value(xml, 'compute_mode'),
    mig: migOf(whole),
    processes: everyInner(xml, 'process_info').map(processOf),
    faults: faultsIn(xml),
  };
};

/** Reads the XML form. From driver 610 on the versions have other names. Undefined when it is no such XML. */
export const parseXml = (xml: string): XmlAnswer | undefined => {
  if (!xml.includes('<nvidia_smi_log>')) return undefined;
  const cards = [...xml.matchAll(/<gpu id="([^"]*)">([\s\S]*?)<\/gpu>/g)];
  return {
    driverVersion: value(xml, 'driver_version', 'kmd_version'),
    cudaVersion: value(xml, 'cuda_version', 'cuda_umd_version'),
    cards: cards.map(([, busId = '', body = '']) => cardOf(busId, body)),
  };
};
