import { join } from 'node:path';
import type { System } from '../../system/system.ts';

/** The files that the index of a folder names; none where it has no index, or none that can be read. */
export const shardsOf = async (system: System, folder: string): Promise<readonly string[]> => {
  const text = await system.files.readText(join(folder, 'model.safetensors.index.json'));
  if (text === undefined) return [];
  try {
    const { weight_map: shards } = JSON.parse(text) as { weight_map: Record<string, string> };
    return [...new Set(Object.values(shards))];
  } catch {
    return [];
  }
};
