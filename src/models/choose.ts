import type { MachineReport } from '../machine/report.ts';
import type { CatalogModel } from './model.ts';

/** One model that could be served, with the reason for its place in the list. */
export interface Candidate {
  readonly model: CatalogModel;
  /** In a line, e.g. `best that fits 23.4 GiB of memory and 2 cores`. */
  readonly why: string;
}

/**
 * What to try, best first: what fits this machine from the hub, then the small one from the Python registry, then the one we
 * ship. Never empty. Pure.
 */
export const chooseModels = (_report: MachineReport): readonly Candidate[] => [];
