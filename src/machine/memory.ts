import type { CgroupLimits } from './cgroup.ts';
import type { MachineReport } from './report.ts';

/** The smaller of what the machine has and what the cgroup allows. A limit above the machine's memory is none. */
export const usableMemory = (
  machine: { readonly totalBytes: number; readonly availableBytes: number },
  cgroup: CgroupLimits['memory'],
): MachineReport['memory'] => {
  if (cgroup === undefined || cgroup.limitBytes >= machine.totalBytes) {
    return { ...machine, limitedBy: 'machine' };
  }
  const free = Math.max(0, cgroup.limitBytes - cgroup.usedBytes);
  return {
    totalBytes: cgroup.limitBytes,
    availableBytes: Math.min(machine.availableBytes, free),
    limitedBy: 'cgroup',
  };
};
