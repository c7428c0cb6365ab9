import type { Paths } from '../config/paths.ts';
import { type ErrorCode, failure, isFailure, type LocalaiError } from '../errors.ts';
import type { ensureModel, FetchProgress } from '../models/ensure.ts';
import type { LocalModel } from '../models/model.ts';
import { parseReference } from '../models/reference.ts';
import type { System } from '../system/system.ts';
import type { PlannedModel } from './planned-model.ts';

/** Faults after which the next model of the plan is tried. A download that broke off is not among them: it goes on. */
const stepDown: readonly ErrorCode[] = [
  'HUB_UNREACHABLE',
  'HUB_OFFLINE',
  'HUB_NOT_FOUND',
  'HUB_GATED',
  'HUB_TOKEN',
  'HUB_FAILED',
  'DISK_FULL',
  'PIP_MISSING',
  'PIP_FAILED',
  'MODEL_FILE_MISSING',
];

/** Faults that hold for everything the hub has, so that it is asked once only. */
const hubIsOut: readonly ErrorCode[] = ['HUB_UNREACHABLE', 'HUB_OFFLINE'];

export interface Obtained {
  readonly planned: PlannedModel;
  readonly model: LocalModel;
  /** Why earlier ones could not be had, a line each. */
  readonly steppedDown: readonly string[];
}

/** What brings a model onto this disk: `ensureModel`. */
export type Ensure = typeof ensureModel;

export interface ObtainOptions {
  readonly ensure: Ensure;
  readonly packageFolder: string;
  /** Files at once. */
  readonly parallel: number;
  /** Told which model is tried. */
  readonly onTry: (planned: PlannedModel) => void;
  readonly onProgress: FetchProgress;
  /** Says one line to a person: each step down. */
  readonly say: (line: string) => void;
  readonly signal: AbortSignal;
}

const fromHub = ({ reference, onDisk }: PlannedModel): boolean =>
  !onDisk && !/^(pypi|bundled):|^[./]/.test(reference);

const nothingLeft = (faults: readonly LocalaiError[]): LocalaiError => {
  const [only] = faults;
  if (only && faults.length === 1) return only;
  return failure('NO_MODEL', { problem: faults.map(({ message }) => message).join(' ') });
};

/**
 * Brings the first model of the plan that can be had onto this disk, saying each step down. Throws what
 * `ensureModel` throws, or NO_MODEL when none of several could be had.
 */
export const obtainModel = async (
  system: System,
  paths: Paths,
  models: readonly PlannedModel[],
  options: ObtainOptions,
): Promise<Obtained> => {
  const faults: LocalaiError[] = [];
  const steppedDown: string[] = [];
  const hubOut = (): boolean => faults.some(({ code }) => hubIsOut.includes(code));
  for (const planned of models) {
    if (hubOut() && fromHub(planned)) continue;
    const last = faults.at(-1);
    if (last && planned.announce !== null) {
      const line = `${last.message.replace(/\.?$/, '.')} ${planned.announce}`;
      steppedDown.push(line);
      options.say(line);
    }
    options.onTry(planned);
    try {
      const reference = parseReference(planned.reference, system.cwd);
      const model = await options.ensure(system, paths, reference, options);
      return { planned, model, steppedDown };
    } catch (caught) {
      if (!isFailure(caught) || !stepDown.includes(caught.code)) throw caught;
      faults.push(caught);
    }
  }
  throw nothingLeft(faults);
};
