import { factOf } from '../../machine/known.ts';
import type { Gpu } from '../../machine/report.ts';
import { gibibytes } from '../../models/quantities.ts';
import type { Check } from '../check.ts';
import { fail, notNeeded, ok, warn, when } from '../findings.ts';
import { hasNvidia, onCards } from './cards.ts';

/** A desktop's screens take this much at most; more is somebody else's. */
const desktopBytes = 1.5 * 1024 ** 3;

const holders = ({ nvidia }: Gpu): readonly string[] =>
  [...(nvidia?.processes ?? [])]
    .sort((a, b) => (b.usedBytes ?? 0) - (a.usedBytes ?? 0))
    .slice(0, 5)
    .map(
      ({ pid, name, usedBytes }) =>
        `${name} (process ${pid})${usedBytes === null ? '' : `: ${gibibytes(usedBytes)}`}`,
    );

const free: Check = {
  id: 'gpu-memory-free',
  title: "Nobody else holds the card's memory",
  severity: 'warning',
  looks: 'used and free memory of each card, and the processes that hold it',
  meaning: 'vLLM takes its memory at the start and refuses to start when too little is free.',
  fix: () =>
    'nvidia-smi   # end what is not needed, e.g. `kill <pid>`, or plan a smaller model with {localai} plan',
  needs: ['driver-answers'],
  assess: ({ local, machine }) =>
    onCards(machine, (cards) => {
      const busy = cards.filter(({ nvidia }) => (nvidia?.usedBytes ?? 0) > desktopBytes);
      if (busy.length === 0) {
        return ok(cards.map(({ name, nvidia }) => `${name}: ${gibibytes(nvidia?.usedBytes ?? 0)} used`));
      }
      const running =
        local !== undefined && factOf(local.stack) ? ['localai runs: some of it may be its own'] : [];
      return warn([
        ...busy.flatMap((card) => [
          `${card.name}: ${gibibytes(card.nvidia?.usedBytes ?? 0)} of ${gibibytes(card.memoryBytes ?? 0)} used`,
          ...holders(card).map((line) => `  ${line}`),
        ]),
        ...running,
      ]);
    }),
};

const health: Check = {
  id: 'gpu-health',
  title: 'The cards report no faults',
  severity: 'error',
  looks: 'fields of `nvidia-smi` that hold a fault in place of a value (ERR!, Unknown Error)',
  meaning:
    'A card that cannot read its own sensors or memory is about to fail: power, heat, or the card itself.',
  fix: () =>
    'nvidia-smi -q | grep -iE "err!|unknown|retired|remap"\nsudo dmesg | grep -i xid | tail\nsudo reboot',
  needs: ['driver-answers'],
  assess: ({ machine }) =>
    onCards(machine, (cards) => {
      const faulty = cards.flatMap(({ name, nvidia }) =>
        (nvidia?.faults ?? []).map((fault) => `${name}: ${fault}`),
      );
      return faulty.length === 0 ? ok('no field holds a fault') : fail(faulty);
    }),
};

const log: Check = {
  id: 'gpu-kernel-log',
  title: "The kernel's log has no trouble with the cards",
  severity: 'warning',
  looks: "Xid errors and IO_PAGE_FAULT in the kernel's log",
  meaning:
    "Xid is NVIDIA's word for a fault of card or driver; page faults of the IOMMU make several cards crash together.",
  fix: () =>
    'sudo dmesg | grep -E "Xid|IO_PAGE_FAULT" | tail   # page faults: add iommu=pt to the kernel\'s command line',
  needs: ['driver-installed'],
  assess: ({ machine }) =>
    hasNvidia(machine)
      ? when(machine.kernelLog, (lines) => {
          const telling = lines.filter((line) => /Xid|fallen off|IO_PAGE_FAULT/.test(line));
          return telling.length === 0 ? ok('nothing about them') : warn(telling.slice(-3));
        })
      : notNeeded('there is no NVIDIA card here'),
};

const mig: Check = {
  id: 'gpu-mig',
  title: 'A partitioned card has partitions',
  severity: 'error',
  looks: 'the MIG mode and the MIG devices of each card',
  meaning: 'With MIG on and no partition made, nothing can compute on the card.',
  fix: () =>
    'sudo nvidia-smi mig -lgip   # choose a profile, then e.g. sudo nvidia-smi mig -cgi 0 -C; or turn it off:\nsudo nvidia-smi -mig 0',
  needs: ['driver-answers'],
  assess: ({ machine }) =>
    onCards(machine, (cards) => {
      const on = cards.filter(({ nvidia }) => nvidia?.mig?.enabled);
      if (on.length === 0) return ok('MIG is off');
      const empty = on.filter(({ nvidia }) => nvidia?.mig?.instances === 0);
      if (empty.length > 0) return fail(empty.map(({ name }) => `${name}: MIG is on, no partition`));
      return warn(
        on.map(
          ({ name, nvidia }) =>
            `${name}: MIG is on, ${nvidia?.mig?.instances ?? 'an unknown number of'} partitions`,
        ),
        {
          meaning: 'A model gets one partition, not the whole card, and its memory is what counts.',
          fix: 'nvidia-smi -L   # shows the partitions; for the whole card: sudo nvidia-smi -mig 0',
        },
      );
    }),
};

const computeMode: Check = {
  id: 'gpu-compute-mode',
  title: 'The card lets programs compute',
  severity: 'error',
  looks: 'the compute mode of each card',
  meaning:
    '`Prohibited` lets nobody compute; `Exclusive_Process` lets one process in, so two models cannot share the card.',
  fix: () => 'sudo nvidia-smi -c DEFAULT',
  needs: ['driver-answers'],
  assess: ({ machine }) =>
    onCards(machine, (cards) => {
      const odd = cards.filter(({ nvidia }) => !['Default', null, undefined].includes(nvidia?.computeMode));
      const seen = odd.map(({ name, nvidia }) => `${name}: ${nvidia?.computeMode}`);
      if (odd.length === 0) return ok('Default');
      return odd.some(({ nvidia }) => nvidia?.computeMode === 'Prohibited') ? fail(seen) : warn(seen);
    }),
};

const power: Check = {
  id: 'gpu-power-cap',
  title: 'The card may draw the power it was made for',
  severity: 'info',
  looks: "the power limit against the card's default",
  meaning: 'A low limit saves power and costs speed, most of it while long prompts are read.',
  fix: () => 'nvidia-smi -q -d POWER   # sudo nvidia-smi -pl <watts> sets it',
  needs: ['driver-answers'],
  assess: ({ machine }) =>
    onCards(machine, (cards) => {
      const capped = cards.filter(({ nvidia }) => {
        const [now, usual] = [nvidia?.powerLimitWatts ?? null, nvidia?.defaultPowerLimitWatts ?? null];
        return now !== null && usual !== null && now < 0.7 * usual;
      });
      const words = ({ name, nvidia }: Gpu): string =>
        `${name}: ${nvidia?.powerLimitWatts ?? '?'} W of ${nvidia?.defaultPowerLimitWatts ?? '?'} W`;
      return capped.length === 0 ? ok(cards.map(words)) : warn(capped.map(words));
    }),
};

/** How the cards are now. */
export const gpuStateChecks: readonly Check[] = [free, health, log, mig, computeMode, power];
