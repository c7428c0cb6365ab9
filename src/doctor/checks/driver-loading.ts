import type { MachineReport } from '../../machine/report.ts';
import type { Check, Finding } from '../check.ts';
import { fail, notChecked, notNeeded, ok, when } from '../findings.ts';
import { banNouveau, buildModule, enrolKey, installDriver, loadModule } from '../fixes/driver.ts';
import { onNvidia, smiWords } from './cards.ts';

/** Why the kernel's part is missing is asked only where it is missing. */
const whereNotLoaded = (machine: MachineReport, look: () => Finding): Finding =>
  onNvidia(machine, () => {
    const { state } = machine.nvidia.smi;
    if (machine.wsl) return notNeeded("in WSL the driver is Windows' own");
    if (machine.nvidia.loadedModule !== null || state === 'answers')
      return ok("the driver's module is loaded");
    return look();
  });

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

/** The kernel's part of the driver: whether it is there, and what keeps it out. */
export const driverLoadingChecks: readonly Check[] = [installed, nouveau, built, secureBoot, loaded];
