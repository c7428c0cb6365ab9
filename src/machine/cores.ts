/** `0-3,8` (Cpus_allowed_list of /proc/self/status, proc(5)) → 5; undefined when it says nothing. */
export const countCpuList = (list: string | undefined): number | undefined => {
  const count = (list ?? '')
    .split(',')
    .map((range) => /^(\d+)(?:-(\d+))?$/.exec(range.trim()))
    .filter((match) => match !== null)
    .reduce((sum, [, from, to]) => sum + Number(to ?? from) - Number(from) + 1, 0);
  return count > 0 ? count : undefined;
};

export const affinityOf = (selfStatus: string | undefined): number | undefined =>
  countCpuList(/^Cpus_allowed_list:\s*(\S+)$/m.exec(selfStatus ?? '')?.[1]);

const plural = (count: number): string => (count === 1 ? '1 core' : `${count} cores`);

/**
 * Cores that we may really use, and why it is that many. A quota of one and a half counts as one: a second thread
 * would be stopped half of the time and hold up the first.
 */
export const usableCores = (facts: {
  readonly machine: number;
  readonly affinity: number | undefined;
  readonly quota: number | undefined;
}): { readonly cores: number; readonly coresFrom: string } => {
  const machine = Math.max(1, facts.machine);
  const affinity = facts.affinity ?? machine;
  const quota = facts.quota === undefined ? Number.POSITIVE_INFINITY : Math.max(1, Math.floor(facts.quota));
  if (quota < Math.min(machine, affinity)) {
    const given = Number((facts.quota ?? 0).toFixed(2));
    return { cores: quota, coresFrom: `the cgroup quota is ${given} of ${plural(machine)}` };
  }
  if (affinity < machine) {
    return { cores: affinity, coresFrom: `this process may run on ${affinity} of ${plural(machine)}` };
  }
  return { cores: machine, coresFrom: `the machine has ${plural(machine)}` };
};
