import { expect, test } from 'vitest';
import { affinityOf, countCpuList, usableCores } from './cores.ts';

test.each([
  ['0-3', 4],
  ['0', 1],
  ['0-3,8,10-11', 7],
  ['', undefined],
  ['junk', undefined],
  [undefined, undefined],
])('the list %s holds %s processors', (list, count) => {
  expect(countCpuList(list)).toBe(count);
});

test('the affinity is read from the status of the process', () => {
  expect(affinityOf('Name:\tnode\nCpus_allowed:\tff\nCpus_allowed_list:\t0-7\n')).toBe(8);
  expect(affinityOf('Name:\tnode\n')).toBeUndefined();
});

test.each([
  [{ machine: 8, affinity: undefined, quota: undefined }, 8, 'the machine has 8 cores'],
  [{ machine: 8, affinity: 4, quota: undefined }, 4, 'this process may run on 4 of 8 cores'],
  [{ machine: 8, affinity: 8, quota: 1.5 }, 1, 'the cgroup quota is 1.5 of 8 cores'],
  [{ machine: 8, affinity: 4, quota: 2 }, 2, 'the cgroup quota is 2 of 8 cores'],
  [{ machine: 8, affinity: 2, quota: 4 }, 2, 'this process may run on 2 of 8 cores'],
  [{ machine: 8, affinity: 8, quota: 0.25 }, 1, 'the cgroup quota is 0.25 of 8 cores'],
  [{ machine: 1, affinity: 1, quota: undefined }, 1, 'the machine has 1 core'],
  [{ machine: 0, affinity: undefined, quota: undefined }, 1, 'the machine has 1 core'],
])('%j: %i usable', (facts, cores, coresFrom) => {
  expect(usableCores(facts)).toEqual({ cores, coresFrom });
});
