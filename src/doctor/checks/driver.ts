import { vllmImages, vllmOn } from '../../machine/gpus/vllm-support.ts';
import { factOf } from '../../machine/known.ts';
import type { MachineReport } from '../../machine/report.ts';
import type { Check, Finding } from '../check.ts';
import { fail, notChecked, notNeeded, ok, warn, when } from '../findings.ts';
import {
  banNouveau,
  buildModule,
  enrolKey,
  installDriver,
  keepMemory,
  loadModule,
  reloadUvm,
  restartMachine,
} from '../fixes/driver.ts';
import { answeringCards, branchOf, onNvidia } from './cards.ts';

/** Why the kernel's part is missing is asked only where it is missing. */
const whereNotLoaded = (machine: MachineReport, look: () => Finding): Finding =>
  onNvidia(machine, () => {
    const { state } = machine.nvidia.smi;
    if (machine.wsl) return notNeeded("in WSL the driver is Windows' own");
    if (machine.nvidia.loadedModule !== null || state === 'answers')
      return ok("the driver's module is loaded");
    return look();
  });

/** nvidia-smi's own words, where it has any. */
const smiWords = ({ nvidia: { smi } }: MachineReport): string => `nvidia-smi: ${smi.problem ?? smi.state}`;

const installed: Check = {
  id: 'driver-installed',
  title: "NVIDIA's driver is installed",
  severity: 'error',
  looks: 'the cards on the bus, `nvidia-smi`, and whether the kernel has or could load the module',
  meaning: 'Without it the card does nothing: models run on the processor.',
  fix: installDriver,
  assess: ({ machine }) =>
    onNvidia(machine, () => {
      const { smi, loadedModule, onBus } = machine.nvidia;
      if (smi.state !== 'absent') return ok(`${smi.path ?? 'nvidia-smi'} is there`);
      if (loadedModule !== null) {
        return fail(`the kernel has loaded driver ${loadedModule}, but there is no nvidia-smi`, {
          meaning: 'The driver is there in part: the libraries and tools that programs need are not.',
        });
      }
      return fail(
        `${onBus} NVIDIA card${onBus === 1 ? '' : 's'} on the bus, no nvidia-smi, no module in the kernel`,
      );
    }),
};

const nouveau: Check = {
  id: 'driver-nouveau',
  title: 'The free nouveau driver leaves the card alone',
  severity: 'error',
  looks: "the kernel's loaded modules, while NVIDIA's is not among them",
  meaning: "nouveau holds the card, so NVIDIA's driver cannot be loaded; nouveau has no CUDA.",
  fix: banNouveau,
  needs: ['driver-installed'],
  assess: ({ machine }) =>
    whereNotLoaded(machine, () =>
      when(machine.nvidia.modules, (modules) =>
        modules.includes('nouveau')
          ? fail([smiWords(machine), 'nouveau is loaded, nvidia is not'])
          : ok('nouveau is not loaded'),
      ),
    ),
};

const built: Check = {
  id: 'driver-module-built',
  title: 'The driver is built for the kernel that runs',
  severity: 'error',
  looks: '`modinfo nvidia`, while the module is not loaded',
  meaning: "After a new kernel the driver's module must be built for it; that did not happen or failed.",
  fix: buildModule,
  needs: ['driver-installed', 'driver-nouveau'],
  assess: ({ machine }) =>
    whereNotLoaded(machine, () =>
      when(machine.nvidia.installedModule, (version) =>
        version === null
          ? fail([smiWords(machine), `no nvidia module lies ready for kernel ${machine.system.kernel}`])
          : ok(`module ${version} lies ready for kernel ${machine.system.kernel}`),
      ),
    ),
};

const secureBoot: Check = {
  id: 'driver-secure-boot',
  title: 'Secure Boot lets the driver in',
  severity: 'error',
  looks: 'whether Secure Boot is on, while the module lies ready and is not loaded',
  meaning:
    'Secure Boot keeps out modules whose key the firmware does not know; the driver was most likely refused.',
  fix: enrolKey,
  needs: ['driver-installed', 'driver-nouveau', 'driver-module-built'],
  assess: ({ machine }) =>
    whereNotLoaded(machine, () =>
      when(machine.system.secureBoot, (on) =>
        on
          ? fail([smiWords(machine), 'Secure Boot is on and the module lies ready, but is not loaded'])
          : ok('Secure Boot is off'),
      ),
    ),
};

const loaded: Check = {
  id: 'driver-loaded',
  title: "The driver's kernel module is loaded",
  severity: 'error',
  looks: '`nvidia-smi`, /proc/driver/nvidia and /sys/module/nvidia',
  meaning: 'The module could be loaded and is not.',
  fix: loadModule,
  needs: ['driver-installed', 'driver-nouveau', 'driver-module-built', 'driver-secure-boot'],
  assess: ({ machine }) =>
    onNvidia(machine, () => {
      const { loadedModule, smi } = machine.nvidia;
      if (smi.state === 'answers') return ok('nvidia-smi reaches it');
      if (loadedModule !== null) return ok(`the kernel has loaded ${loadedModule}`);
      return smi.state === 'no-module'
        ? fail(smiWords(machine))
        : notChecked(`nothing says whether it is loaded (${smiWords(machine)})`);
    }),
};

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

export const driverChecks: readonly Check[] = [
  ...[installed, nouveau, built, secureBoot, loaded, mismatch, rights, lost, answers],
  ...[version, uvm, nodes, shadow],
];
