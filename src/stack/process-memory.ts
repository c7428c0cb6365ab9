import type { System } from '../system/system.ts';

/** Bytes of memory that a process holds (resident), from proc(5) or ps; null where neither says. */
export const memoryOf = async (system: System, pid: number): Promise<number | null> => {
  if (system.platform === 'linux') {
    const status = await system.files.readText(`/proc/${pid}/status`).catch(() => undefined);
    const kibibytes = /^VmRSS:\s+(\d+) kB$/m.exec(status ?? '')?.[1];
    return kibibytes === undefined ? null : Number(kibibytes) * 1024;
  }
  const answer = await system.run('ps', ['-o', 'rss=', '-p', String(pid)], { timeoutMs: 2000 });
  const kibibytes = Number(answer.stdout.trim() || Number.NaN);
  return Number.isFinite(kibibytes) ? kibibytes * 1024 : null;
};
