import type { Paths } from '../../config/paths.ts';
import { isFailure } from '../../errors.ts';
import { readApplied } from '../../stack/applied.ts';
import { readGatewayFile } from '../../stack/gateway-file.ts';
import { findServer } from '../../stack/running.ts';
import { readServing } from '../../stack/serving.ts';
import type { System } from '../../system/system.ts';

/** `served` by a server that runs now, `chosen` by the last `up`, or neither. */
export type ModelUse = 'served' | 'chosen' | 'none';

const gatewayFiles = async (system: System, paths: Paths): Promise<readonly string[]> => {
  try {
    const loaded = await readGatewayFile(system, paths.gatewayFile);
    return loaded?.config.models.map(({ engine }) => engine.file) ?? [];
  } catch (caught) {
    // A file that was damaged by hand says nothing; the last `up` still does.
    if (isFailure(caught)) return [];
    throw caught;
  }
};

/** What uses a model file on this machine. */
export const readUse = async (system: System, paths: Paths): Promise<(file: string) => ModelUse> => {
  const [server, stack, applied, inFile] = await Promise.all([
    findServer(system, paths),
    readServing(system, paths),
    readApplied(system, paths),
    gatewayFiles(system, paths),
  ]);
  const named = new Set([...inFile, ...(applied?.served.map(({ model }) => model.file) ?? [])]);
  return (file) => {
    if (!named.has(file)) return 'none';
    return server || stack ? 'served' : 'chosen';
  };
};
