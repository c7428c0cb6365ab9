import { architectureOf } from '../../machine/gpus/card.ts';
import { smallestCapability } from '../../machine/gpus/vllm-support.ts';
import { factOf } from '../../machine/known.ts';
import { gibibytes } from '../../models/quantities.ts';
import type { Check } from '../check.ts';
import { notNeeded, ok, warn, when } from '../findings.ts';
import { cardWords, hasNvidia, isJetson, nvidiaCards, onCards } from './cards.ts';

const gib = 1024 ** 3;

/** vLLM, its CUDA context and graphs take two of them before a model has a byte. */
const smallestBytes = 5.5 * gib;

const present: Check = {
  id: 'gpu-present',
  title: 'There is a graphics card',
  severity: 'info',
  looks: "`nvidia-smi`, `lspci` and the kernel's list of PCI devices",
  meaning:
    'Models run on the processor: small ones well, large ones slowly. Nothing has to be repaired for that.',
  assess: ({ machine }) =>
    when(machine.gpus, (gpus) => {
      const useful = gpus.filter(({ vendor }) => vendor !== 'other');
      return useful.length === 0
        ? warn('none on the bus, and no driver speaks of one')
        : ok(useful.map(cardWords));
    }),
};

const board: Check = {
  id: 'gpu-jetson',
  title: "The card is of a kind that vLLM's image is made for",
  severity: 'warning',
  looks: 'the name of the board, as the firmware tells it',
  meaning: "A Jetson has NVIDIA's own Linux and driver. The embedded engine serves there, on the processor.",
  fix: () => '{localai} up --engine llamacpp',
  assess: ({ machine }) => {
    if (!isJetson(machine)) {
      return nvidiaCards(machine).length > 0
        ? ok('this is no Jetson')
        : notNeeded('there is no NVIDIA card here');
    }
    return warn(machine.system.board ?? 'a Jetson');
  },
};

const capability: Check = {
  id: 'gpu-capability',
  title: 'The card is new enough for vLLM',
  severity: 'warning',
  looks: `the compute capability; vLLM's images are built for ${smallestCapability} and newer`,
  meaning: 'vLLM does not run on this card; the embedded engine (llama.cpp) does, and `up` uses it.',
  fix: () => '{localai} up --engine llamacpp',
  needs: ['driver-answers'],
  assess: ({ machine }) =>
    onCards(machine, (cards) => {
      const known = cards.filter(({ nvidia }) => nvidia?.computeCapability);
      if (known.length === 0) return { ...notNeeded('the driver does not tell the compute capability') };
      const old = known.filter(({ nvidia }) => Number(nvidia?.computeCapability) < smallestCapability);
      if (old.length === 0) return ok(known.map(cardWords));
      return warn(
        old.map((card) => `${cardWords(card)}: ${architectureOf(Number(card.nvidia?.computeCapability))}`),
      );
    }),
};

const memory: Check = {
  id: 'gpu-memory',
  title: 'The card has memory enough for vLLM',
  severity: 'warning',
  looks: `the memory of each card; below ${gibibytes(smallestBytes)} vLLM has no room for a model worth it`,
  meaning: 'The embedded engine can still put part of a model on the card.',
  fix: () => '{localai} up --engine llamacpp',
  needs: ['driver-answers'],
  assess: ({ machine }) =>
    onCards(machine, (cards) => {
      const small = cards.filter(({ memoryBytes }) => memoryBytes !== null && memoryBytes < smallestBytes);
      return small.length === cards.length ? warn(small.map(cardWords)) : ok(cards.map(cardWords));
    }),
};

const alike: Check = {
  id: 'gpu-alike',
  title: 'Several cards are alike',
  severity: 'info',
  looks: 'names and memory of the cards',
  meaning: 'A model over several cards is as large and as fast as the smallest and slowest of them allows.',
  needs: ['driver-answers'],
  assess: ({ machine }) =>
    onCards(machine, (cards) => {
      if (cards.length < 2) return notNeeded('there is one card');
      const kinds = new Set(cards.map(({ name }) => name));
      return kinds.size === 1 ? ok(`${cards.length} x ${cards[0]?.name}`) : warn(cards.map(cardWords));
    }),
};

const render: Check = {
  id: 'gpu-render-access',
  title: 'This user may use an AMD or Intel card',
  severity: 'warning',
  looks: '/dev/dri/renderD* and /dev/kfd',
  meaning: 'Without the right to these files an engine falls back to the processor.',
  fix: () => 'sudo usermod -aG render,video "$USER"   # then log out and in again',
  assess: ({ machine }) => {
    const others = (factOf(machine.gpus) ?? []).filter(
      ({ vendor }) => vendor === 'amd' || vendor === 'intel',
    );
    if (others.length === 0) return notNeeded('there is no AMD or Intel card here');
    if (hasNvidia(machine)) return notNeeded('the NVIDIA card is the one to compute on');
    if (machine.renderNodes.length === 0) {
      return warn('there is no /dev/dri/renderD*', {
        meaning: 'The kernel has no driver for the card, or this is a container that was not given it.',
        fix: 'ls -l /dev/dri; lsmod | grep -E "amdgpu|i915|xe"',
      });
    }
    const shut = machine.renderNodes.filter(({ usable }) => !usable);
    return shut.length === 0
      ? ok(machine.renderNodes.map(({ path }) => path).join(' '))
      : warn(shut.map(({ path }) => `${path} may not be opened`));
  },
};

/** What the cards are. */
export const gpuKindChecks: readonly Check[] = [present, board, capability, memory, alike, render];
