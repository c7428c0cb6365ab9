import { gibibytes } from '../../models/quantities.ts';
import type { Check } from '../check.ts';
import { fail, notNeeded, ok, warn, when } from '../findings.ts';
import { hasNvidia } from './cards.ts';

const gib = 1024 ** 3;

const total: Check = {
  id: 'memory-total',
  title: 'There is memory enough for a model',
  severity: 'error',
  looks: 'the memory of the machine, or of the control group that this process is in',
  meaning:
    'Below 1 GiB not even a model of 135 million parameters serves; a useful coder wants 4 GiB and more.',
  fix: () => '{localai} models catalog   # says what fits; a container: give it more (docker run --memory)',
  assess: ({ machine: { memory } }) => {
    const seen = `${gibibytes(memory.totalBytes)}, ${gibibytes(memory.availableBytes)} of it free`;
    if (memory.totalBytes < gib) return fail(seen);
    return memory.totalBytes < 4 * gib ? warn(seen) : ok(seen);
  },
};

const available: Check = {
  id: 'memory-free',
  title: 'Enough of the memory is free',
  severity: 'warning',
  looks: 'how much of the memory is free now',
  meaning: 'A model that does not fit in what is free makes the machine swap, or is killed.',
  fix: () => 'ps aux --sort=-rss | head   # shows who holds it',
  needs: ['memory-total'],
  assess: ({ machine: { memory } }) => {
    const seen = `${gibibytes(memory.availableBytes)} of ${gibibytes(memory.totalBytes)} free`;
    return memory.availableBytes < Math.max(0.75 * gib, memory.totalBytes / 10) ? warn(seen) : ok(seen);
  },
};

const limit: Check = {
  id: 'memory-limit',
  title: "All of the machine's memory may be used",
  severity: 'info',
  looks: 'the limit of the control group',
  meaning: 'What runs localai gives it less memory than the machine has; models are chosen for the limit.',
  fix: () => '# raise the limit of the container or the systemd slice, e.g. docker run --memory 16g',
  assess: ({ machine: { memory } }) =>
    memory.limitedBy === 'cgroup'
      ? warn(`a control group allows ${gibibytes(memory.totalBytes)}`)
      : ok('there is no limit'),
};

const wsl: Check = {
  id: 'memory-wsl',
  title: 'WSL was given memory on purpose',
  severity: 'warning',
  looks: '`memory` in .wslconfig of the Windows user',
  meaning:
    "WSL takes half of Windows' memory unless told otherwise, and loading a model needs as much as its file has.",
  fix: () =>
    '# in Windows: notepad %UserProfile%\\.wslconfig, with these two lines:\n#   [wsl2]\n#   memory=24GB\n# then, in PowerShell:\nwsl --shutdown',
  assess: ({ machine: { system, memory } }) => {
    if (!system.wsl) return notNeeded('this is not WSL');
    const { config } = system.wsl;
    if (config?.memory) return ok(`${config.path}: memory=${config.memory}`);
    const seen = `${config === null ? 'no .wslconfig was found' : `${config.path} says nothing of memory`}; WSL has ${gibibytes(memory.totalBytes)}`;
    return memory.totalBytes >= 24 * gib ? ok(seen) : warn(seen);
  },
};

const wslVersion: Check = {
  id: 'memory-wsl-version',
  title: 'This is WSL 2',
  severity: 'error',
  looks: "the kernel's version",
  meaning: 'WSL 1 has no Linux kernel: no graphics card, no Docker, and engines may not start.',
  fix: () => '# in PowerShell:\nwsl --set-version <distribution> 2',
  assess: ({ machine: { system } }) => {
    if (!system.wsl) return notNeeded('this is not WSL');
    return system.wsl.version === 2 ? ok(system.kernel) : fail(`WSL 1: ${system.kernel}`);
  },
};

const shared: Check = {
  id: 'memory-shared',
  title: 'There is shared memory for several cards',
  severity: 'warning',
  looks: 'free space in /dev/shm, where vLLM runs without a container on an NVIDIA card',
  meaning:
    "vLLM's processes talk through /dev/shm; with too little of it a model over several cards does not start.",
  fix: () => 'sudo mount -o remount,size=8G /dev/shm',
  assess: ({ machine }) => {
    if (!hasNvidia(machine)) return notNeeded('there is no NVIDIA card here');
    return when(machine.sharedMemoryBytes, (free) => {
      if (free === null) return notNeeded('this system has no /dev/shm');
      return free < gib ? warn(`${gibibytes(free)} free`) : ok(`${gibibytes(free)} free`);
    });
  },
};

const killed: Check = {
  id: 'memory-killed',
  title: 'Nothing was killed for want of memory',
  severity: 'warning',
  looks: '"Out of memory: Killed process" in the kernel\'s log',
  meaning:
    'The kernel ended a process to save the machine. If it was an engine, the model is too large for the memory.',
  fix: () => 'sudo dmesg | grep -i "out of memory"   # names it; a smaller model: {localai} models catalog',
  assess: ({ machine }) =>
    when(machine.kernelLog, (lines) => {
      const telling = lines.filter((line) => line.includes('Out of memory'));
      return telling.length === 0 ? ok('nothing about it in the log') : warn(telling.slice(-3));
    }),
};

const processor: Check = {
  id: 'memory-processor',
  title: 'The processor is quick enough to serve',
  severity: 'warning',
  looks: 'the cores that may be used, and their instruction sets',
  meaning: 'On one core, or without AVX2, models on the processor answer slower than one reads.',
  fix: () => '{localai} models catalog   # lists what is quick enough here',
  assess: ({ machine: { cpu, arch } }) => {
    const seen = [`${cpu.coresFrom}`, `instruction sets: ${cpu.features.join(' ') || 'not told'}`];
    const narrow = arch === 'x64' && cpu.features.length > 0 && !cpu.features.includes('avx2');
    return cpu.cores < 2 || narrow ? warn(seen) : ok(seen);
  },
};

export const memoryChecks: readonly Check[] = [
  ...[total, available, limit, wslVersion, wsl, shared, killed, processor],
];
