import { basename, dirname, extname } from 'node:path';
import Conf from 'conf';
import { failure } from '../errors.ts';
import type { Paths } from './paths.ts';

/** `state.json`: what this machine remembers between commands. Losing it costs nothing. */
export interface MachineState {
  readonly schemaVersion: number;
  /** The LOCALAI_* variables that we warned about last, so that not every command repeats it. */
  readonly toldVariables: string;
  /** How Docker is asked for a graphics card here, as `doctor` proved it. */
  readonly gpuPath?: {
    readonly style: 'cdi' | 'gpus' | 'runtime';
    readonly image: string;
    readonly proof: 'cuda' | 'nvidia-smi';
    readonly driverVersion: string | null;
    /** ms since 1970. */
    readonly provenAt: number;
  };
}

const stateSchemaVersion = 1;

/** Opens state.json; a damaged one begins anew. Throws FILE_TOO_NEW. */
export const openState = (paths: Paths): Conf<MachineState> => {
  const extension = extname(paths.stateFile);
  const state = new Conf<MachineState>({
    cwd: dirname(paths.stateFile),
    configName: basename(paths.stateFile, extension),
    fileExtension: extension.slice(1),
    configFileMode: 0o600,
    clearInvalidConfig: true,
    defaults: { schemaVersion: stateSchemaVersion, toldVariables: '' },
  });
  const found = state.get('schemaVersion');
  if (found > stateSchemaVersion) {
    throw failure('FILE_TOO_NEW', { file: paths.stateFile, found, known: stateSchemaVersion });
  }
  return state;
};
