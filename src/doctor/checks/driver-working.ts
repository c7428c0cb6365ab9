import { vllmImages, vllmOn } from '../../machine/gpus/vllm-support.ts';
import { factOf } from '../../machine/known.ts';
import type { Check } from '../check.ts';
import { fail, notChecked, notNeeded, ok, warn } from '../findings.ts';
import { installDriver, keepMemory, reloadUvm, restartMachine } from '../fixes/driver.ts';
import { answeringCards, branchOf, onNvidia, smiWords } from './cards.ts';

const mismatch: Check = {
  id: 'driver-version-match',
  title: 'Kernel module and libraries are of one version',
  severity: 'error',
  looks: 'what `nvidia-smi` says, and the version of the loaded module',
  meaning:
    'The driver was updated while the old one runs. Nothing can use the card until the machine is restarted.',
  fix: restartMachine,
  needs: ['driver-installed'],
  assess: ({ machine }) =>
    onNvidia(machine, () => {
      const { smi, loadedModule } = machine.nvidia;
      if (smi.state === 'mismatch') {
        return fail([smiWords(machine), ...(loadedModule ? [`the kernel still runs ${loadedModule}`] : [])]);
      }
      return smi.state === 'answers' ? ok('they talk to each other') : notChecked(smiWords(machine));
    }),
};

const rights: Check = {
  id: 'driver-rights',
  title: 'This user may use the driver',
  severity: 'error',
  looks: 'what `nvidia-smi` says',
  meaning: 'The device files or SELinux keep this user, or this container, from the card.',
  fix: () => 'ls -l /dev/nvidia*\nsudo usermod -aG video,render "$USER"   # then log out and in again',
  needs: ['driver-loaded', 'driver-version-match'],
  assess: ({ machine }) =>
    onNvidia(machine, () => {
      const { state } = machine.nvidia.smi;
      if (state === 'rights') return fail(smiWords(machine));
      return state === 'answers' ? ok('nvidia-smi may look') : notChecked(smiWords(machine));
    }),
};

/** States that other checks speak of. */
const spokenFor = ['mismatch', 'rights', 'lost', 'no-module', 'no-devices'];

const answers: Check = {
  id: 'driver-answers',
  title: 'The driver answers',
  severity: 'error',
  looks: '`nvidia-smi --query-gpu` and `nvidia-smi -q -x`, within four seconds',
  meaning:
    "The driver is loaded and does not do its work. A restart helps most often; the kernel's log says why.",
  fix: (place) => `sudo dmesg | grep -i nvrm | tail\n${restartMachine(place)}`,
  needs: ['driver-loaded', 'driver-version-match', 'driver-rights'],
  assess: ({ machine }) =>
    onNvidia(machine, () => {
      const { state } = machine.nvidia.smi;
      if (state === 'answers') return ok(`driver ${machine.nvidia.driverVersion ?? 'of an unknown version'}`);
      return spokenFor.includes(state) ? notChecked(smiWords(machine)) : fail(smiWords(machine));
    }),
};

const lost: Check = {
  id: 'driver-card-lost',
  title: 'No card has stopped answering',
  severity: 'error',
  looks: 'what `nvidia-smi` says',
  meaning:
    'A card fell off the bus or hangs: heat, power, a loose card, or a container whose access was taken away.',
  fix: (place) => `sudo dmesg | grep -iE 'xid|fallen off' | tail\n${restartMachine(place)}`,
  needs: ['driver-loaded', 'driver-version-match'],
  assess: ({ machine }) =>
    onNvidia(machine, () => {
      const { state, problem } = machine.nvidia.smi;
      if (state === 'lost') return fail(smiWords(machine));
      if (state === 'no-devices') {
        return fail([`nvidia-smi: ${problem}`, `${machine.nvidia.onBus} NVIDIA cards on the bus`], {
          meaning:
            'The driver runs and drives none of the cards: too new or too old for them, or they failed.',
        });
      }
      return state === 'answers' ? ok('all answer') : notChecked(smiWords(machine));
    }),
};

const floor = vllmImages.at(-1)?.driver ?? 0;
const best = vllmImages[0];

/** Above this branch NVIDIA drives no card older than Turing. */
const lastForPascal = 580;

const version: Check = {
  id: 'driver-version',
  title: 'The driver is new enough for vLLM',
  severity: 'error',
  looks: `the driver's version against what the images need (${vllmImages.map(({ cuda, driver }) => `CUDA ${cuda}: ${driver}`).join(', ')})`,
  meaning: 'vLLM cannot start under this driver; the embedded engine can.',
  fix: installDriver,
  needs: ['driver-answers'],
  assess: ({ machine }) =>
    onNvidia(machine, () => {
      const { driverVersion, cudaVersion } = machine.nvidia;
      const branch = branchOf(driverVersion);
      if (branch === undefined) return notChecked('no version is to be had');
      const seen = `driver ${driverVersion}${cudaVersion ? `, takes CUDA up to ${cudaVersion}` : ''}`;
      const newest = Math.max(
        ...answeringCards(machine).map(({ nvidia }) => Number(nvidia?.computeCapability ?? 0)),
      );
      if (newest > 0 && newest < 7.5) return ok(`${seen}; for a card this old ${lastForPascal} is the last`);
      const verdict = vllmOn(newest || 8, branch);
      if (!verdict.runs) return fail([seen, `${floor} is the oldest that vLLM's images run on`]);
      if (verdict.image === best) return ok(seen);
      return warn([seen, `${best?.name} needs ${best?.driver} or newer`], {
        meaning: `Only an image for older drivers runs${verdict.image.confirmed ? ` (${verdict.image.name})` : `, and whether there is one of this version is not known (${verdict.image.name})`}; a newer driver is better.`,
      });
    }),
};

const uvm: Check = {
  id: 'driver-uvm',
  title: "CUDA's part of the driver is loaded",
  severity: 'error',
  looks: 'the nvidia_uvm module, /dev/nvidia-uvm, and whether the machine has slept',
  meaning: 'Without nvidia_uvm, nvidia-smi works and every CUDA program fails; typical after a suspend.',
  fix: reloadUvm,
  needs: ['driver-answers'],
  assess: ({ machine }) =>
    onNvidia(machine, () => {
      const { loadedModule, deviceNodes, modules, preservesMemory } = machine.nvidia;
      if (machine.wsl) return notNeeded("in WSL the driver is Windows' own");
      const known = factOf(modules);
      if (loadedModule === null || known === undefined || !known.includes('nvidia')) {
        return notChecked("the kernel's modules cannot be seen from here");
      }
      const missing = [
        ...(known.includes('nvidia_uvm') ? [] : ['nvidia_uvm is not loaded']),
        ...(deviceNodes.includes('/dev/nvidia-uvm') ? [] : ['/dev/nvidia-uvm is not there']),
      ];
      if (missing.length > 0) return fail(missing);
      const { suspends } = machine.system;
      if (suspends !== null && suspends > 0 && preservesMemory === false) {
        return warn(
          `the machine has slept ${suspends} times since it was started, and the driver keeps no memory over it`,
          {
            meaning:
              'What is loaded on the card is lost at the next suspend, and CUDA may have to be loaded anew.',
            fix: keepMemory(),
          },
        );
      }
      return ok('nvidia_uvm is loaded');
    }),
};

const nodes: Check = {
  id: 'driver-device-files',
  title: "The card's device files are there",
  severity: 'error',
  looks: '/dev/nvidia0 and so on, /dev/nvidiactl; /dev/dxg in WSL',
  meaning: 'Containers are given these files; without them they see no card.',
  fix: (place) => (place.wsl ? 'wsl --shutdown   # in PowerShell' : 'sudo nvidia-modprobe -c=0 -u'),
  needs: ['driver-answers'],
  assess: ({ machine }) =>
    onNvidia(machine, () => {
      const { deviceNodes, loadedModule } = machine.nvidia;
      if (machine.wsl) {
        return deviceNodes.includes('/dev/dxg') ? ok('/dev/dxg is there') : fail('/dev/dxg is not there');
      }
      if (loadedModule === null) return notChecked('/proc/driver/nvidia cannot be seen from here');
      const missing = ['/dev/nvidiactl', '/dev/nvidia0'].filter((path) => !deviceNodes.includes(path));
      return missing.length === 0 ? ok(deviceNodes.join(' ')) : fail(`${missing.join(' and ')} not there`);
    }),
};

const shadow: Check = {
  id: 'driver-wsl-shadow',
  title: "No Linux driver hides Windows' own",
  severity: 'error',
  looks: 'libcuda.so.1 in the library folders of a WSL distribution',
  meaning:
    'In WSL the driver comes from Windows; a Linux one installed here stands before it and does not work.',
  fix: () =>
    "sudo apt-get remove --purge '^nvidia-.*' '^libnvidia-.*'   # in WSL only; Windows' driver stays\nwsl --shutdown   # in PowerShell",
  assess: ({ machine }) => {
    const { wsl } = machine.system;
    if (!wsl) return notNeeded('this is not WSL');
    return wsl.shadowingLibrary === null
      ? ok("only Windows' libraries are there")
      : fail(`${wsl.shadowingLibrary} is not Windows' own`);
  },
};

/** The driver at work: its versions, its rights, its answers. */
export const driverWorkingChecks: readonly Check[] = [
  ...[mismatch, rights, lost, answers, version, uvm, nodes, shadow],
];
