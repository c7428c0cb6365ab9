import type { NvidiaFacts, SmiState } from './nvidia/facts.ts';
import type { NvidiaProbe } from './nvidia/probe-nvidia.ts';
import type { Gpu } from './report.ts';

/** Why a card on the bus cannot be used, when the driver does not name it. */
const problems: Readonly<Record<Exclude<SmiState, 'answers'>, (words: string | null) => string>> = {
  absent: () => 'no nvidia-smi is installed',
  'no-devices': () => 'its driver does not know it',
  'no-module': (words) => `its driver does not answer (nvidia-smi: ${words})`,
  mismatch: (words) => `its driver does not answer (nvidia-smi: ${words})`,
  rights: (words) => `its driver may not be asked (nvidia-smi: ${words})`,
  lost: (words) => `it stopped answering (nvidia-smi: ${words})`,
  slow: () => 'its driver does not answer in time',
  failed: (words) => `its driver does not answer (nvidia-smi: ${words})`,
};

const onBusOnly = (gpu: Gpu, { state, problem }: NvidiaFacts['smi']): Gpu =>
  gpu.vendor !== 'nvidia' || state === 'answers' ? gpu : { ...gpu, problem: problems[state](problem) };

/** A small computer whose graphics share its memory and that has neither nvidia-smi nor a card on the bus. */
const onBoard = (board: string | null): readonly Gpu[] =>
  /jetson/i.test(board ?? '') ? [{ vendor: 'nvidia', name: board ?? '', memoryBytes: null }] : [];

/**
 * The driver's word on NVIDIA cards, the bus' on all others. A card whose driver fails is listed with the problem.
 * Throws when the driver fails and the bus knows no such card, so that nobody takes it for a machine without.
 */
export const mergeGpus = (
  { facts: { smi }, cards }: Pick<NvidiaProbe, 'cards'> & { readonly facts: Pick<NvidiaFacts, 'smi'> },
  bus: readonly Gpu[],
  board: string | null,
): readonly Gpu[] => {
  const others = bus.filter(({ vendor }) => vendor !== 'nvidia');
  if (smi.state === 'answers') return [...cards, ...others];
  const broken = bus.map((gpu) => onBusOnly(gpu, smi));
  if (broken.some(({ vendor }) => vendor === 'nvidia')) return broken;
  if (smi.state !== 'absent' && smi.state !== 'no-devices') throw new Error(`nvidia-smi: ${smi.problem}`);
  return [...onBoard(board), ...broken];
};
