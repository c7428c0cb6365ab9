import { join } from 'node:path';
import { engineFileName } from '../../engines/engine-file-name.ts';

export const engineLogFile = (logsFolder: string, modelId: string): string =>
  join(logsFolder, `engine-${engineFileName(modelId)}.log`);

export const engineStateFile = (stateFolder: string, modelId: string): string =>
  join(stateFolder, 'engines', `${engineFileName(modelId)}.json`);
