import type { System } from '../../system/system.ts';

/**
 * How many processes the kernel has killed for lack of memory since it started, in any container (Linux 4.13 and later);
 * undefined where it does not say.
 */
export const oomKills = async (system: System): Promise<number | undefined> => {
  const text = await system.files.readText('/proc/vmstat').catch(() => undefined);
  const count = /^oom_kill (\d+)$/m.exec(text ?? '')?.[1];
  return count === undefined ? undefined : Number(count);
};
