import { expect, test } from 'vitest';
import { usableMemory } from './memory.ts';

const machine = { totalBytes: 16e9, availableBytes: 9e9 };

test.each([
  ['no limit', undefined, { ...machine, limitedBy: 'machine' }],
  ['a limit above the machine', { limitBytes: 9e18, usedBytes: 1 }, { ...machine, limitedBy: 'machine' }],
  [
    'a limit below it',
    { limitBytes: 4e9, usedBytes: 1e9 },
    { totalBytes: 4e9, availableBytes: 3e9, limitedBy: 'cgroup' },
  ],
  [
    'a limit that is used up',
    { limitBytes: 4e9, usedBytes: 5e9 },
    { totalBytes: 4e9, availableBytes: 0, limitedBy: 'cgroup' },
  ],
  [
    'a roomy limit on a busy machine',
    { limitBytes: 15e9, usedBytes: 0 },
    { totalBytes: 15e9, availableBytes: 9e9, limitedBy: 'cgroup' },
  ],
] as const)('%s', (_name, cgroup, expected) => {
  expect(usableMemory(machine, cgroup)).toEqual(expected);
});
