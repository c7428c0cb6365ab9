import { createHash } from 'node:crypto';
import { join } from 'node:path';

/** A model id as a file name; ids that differ get names that differ. */
const fileName = (modelId: string): string => {
  const plain = modelId.replace(/[^\w.-]+/g, '-').slice(0, 80);
  if (plain === modelId) return plain;
  return `${plain}-${createHash('sha256').update(modelId).digest('hex').slice(0, 6)}`;
};

export const engineLogFile = (logsFolder: string, modelId: string): string =>
  join(logsFolder, `engine-${fileName(modelId)}.log`);

export const engineStateFile = (stateFolder: string, modelId: string): string =>
  join(stateFolder, 'engines', `${fileName(modelId)}.json`);
