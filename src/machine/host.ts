import { availableParallelism, cpus, freemem, release, totalmem } from 'node:os';
import { cpu, fsSize, mem, osInfo } from 'systeminformation';
import type { Disk } from './report.ts';

/**
 * What Node and systeminformation know of the machine. Its `graphics()` is not used: it blocks while it runs and
 * misses NVIDIA's cards (measured).
 */
export interface Host {
  osName(): Promise<string>;
  cpuName(): Promise<string>;
  memory(): Promise<{ readonly totalBytes: number; readonly availableBytes: number }>;
  disks(): Promise<readonly Disk[]>;
  /** Bytes, when nothing better can be had. */
  roughMemory(): { readonly totalBytes: number; readonly availableBytes: number };
  /** Cores of the machine, and those that Node believes it may use. */
  cores(): { readonly machine: number; readonly parallelism: number };
  /** As `uname -r`. */
  kernel(): string;
}

export const realHost: Host = {
  osName: async () => {
    const { distro, release: version } = await osInfo();
    return `${distro} ${version}`.trim();
  },
  cpuName: async () => {
    const { manufacturer, brand } = await cpu();
    return brand.startsWith(manufacturer) ? brand : `${manufacturer} ${brand}`.trim();
  },
  memory: async () => {
    const { total, available } = await mem();
    return { totalBytes: total, availableBytes: available };
  },
  disks: async () =>
    (await fsSize()).map(({ mount, type, size, available }) => ({
      ...{ mount, type, sizeBytes: size, availableBytes: available },
    })),
  roughMemory: () => ({ totalBytes: totalmem(), availableBytes: freemem() }),
  cores: () => ({ machine: Math.max(cpus().length, 1), parallelism: availableParallelism() }),
  kernel: release,
};
