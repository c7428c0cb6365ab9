import type { System } from '../../system/system.ts';
import { engineLogFile } from '../supervisor/engine-files.ts';
import type { StackPlaces } from './places.ts';

/** The end of a log that is read, bytes: a start is some ten kilobytes. */
const tailBytes = 512 * 1024;

/** What an engine said last, of this start; empty when there is nothing. */
export const readEngineLog = async (
  { files }: System,
  places: Pick<StackPlaces, 'logs'>,
  modelId: string,
): Promise<string> => {
  const file = engineLogFile(places.logs, modelId);
  const size = (await files.stat(file))?.size ?? 0;
  if (size === 0) return '';
  const opened = await files.open(file, 'read');
  try {
    const from = Math.max(0, size - tailBytes);
    return Buffer.from(await opened.read(from, size - from)).toString('utf8');
  } finally {
    await opened.close();
  }
};
