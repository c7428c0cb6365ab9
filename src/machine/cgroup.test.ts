import { expect, test } from 'vitest';
import { cgroupLimits } from './cgroup.ts';

const reading =
  (files: Readonly<Record<string, string>>) =>
  async (path: string): Promise<string | undefined> =>
    files[path];

test('without cgroups there are no limits', async () => {
  expect(await cgroupLimits(reading({}))).toEqual({ cpus: undefined, memory: undefined });
});

test('version 2: the tightest limit from the process up to the root binds', async () => {
  const limits = await cgroupLimits(
    reading({
      '/proc/self/cgroup': '0::/user.slice/app.scope\n',
      '/sys/fs/cgroup/user.slice/app.scope/cpu.max': 'max 100000\n',
      '/sys/fs/cgroup/user.slice/cpu.max': '150000 100000\n',
      '/sys/fs/cgroup/user.slice/app.scope/memory.max': '2147483648\n',
      '/sys/fs/cgroup/user.slice/app.scope/memory.current': '1000000000\n',
      '/sys/fs/cgroup/user.slice/app.scope/memory.stat': 'anon 1\ninactive_file 400000000\nslab 3\n',
      '/sys/fs/cgroup/user.slice/memory.max': '4294967296\n',
      '/sys/fs/cgroup/user.slice/memory.current': '3000000000\n',
    }),
  );
  expect(limits).toEqual({ cpus: 1.5, memory: { limitBytes: 2_147_483_648, usedBytes: 600_000_000 } });
});

test('version 2 in a container: the path does not exist below the mount, the mount itself is the limit', async () => {
  const limits = await cgroupLimits(
    reading({
      '/proc/self/cgroup': '0::/docker/4f2c\n',
      '/sys/fs/cgroup/cpu.max': '50000 100000\n',
      '/sys/fs/cgroup/memory.max': 'max\n',
    }),
  );
  expect(limits).toEqual({ cpus: 0.5, memory: undefined });
});

test('version 1: controllers mounted together, no quota is -1, cache is not use', async () => {
  const limits = await cgroupLimits(
    reading({
      '/proc/self/cgroup': '9:name=systemd:/x\n5:cpu,cpuacct:/x\n4:memory:/x\n0::/\n',
      '/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_quota_us': '200000\n',
      '/sys/fs/cgroup/cpu,cpuacct/x/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us': '-1\n',
      '/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us': '100000\n',
      '/sys/fs/cgroup/memory/x/memory.limit_in_bytes': '1073741824\n',
      '/sys/fs/cgroup/memory/x/memory.usage_in_bytes': '500000000\n',
      '/sys/fs/cgroup/memory/x/memory.stat': 'total_inactive_file 100000000\n',
      '/sys/fs/cgroup/memory/memory.limit_in_bytes': '9223372036854771712\n',
    }),
  );
  expect(limits).toEqual({ cpus: 2, memory: { limitBytes: 1_073_741_824, usedBytes: 400_000_000 } });
});
