import type { CardKind } from '../../machine/gpus/card.ts';
import { findCard, usableOf } from '../../machine/gpus/cards.ts';
import type { Gpu, MachineReport } from '../../machine/report.ts';
import type { CardMemory } from '../../models/memory/options.ts';

/** A card that a plan may use. */
export interface PlanCard {
  readonly name: string;
  /** GiB as CUDA counts them. */
  readonly totalGib: number;
  /** GiB that others hold: a screen, other programs. */
  readonly usedGib: number;
  /** Why it is that much. */
  readonly usedBy: string;
  /** Null where it is not known; then nothing is ruled out. */
  readonly capability: number | null;
  readonly nvlink: boolean;
  readonly unified: boolean;
  /** The driver's name for this very card: its UUID, else its number. */
  readonly device?: string;
}

const gib = 1024 ** 3;

/** What a screen takes of a desktop's card; club-3090 measured 0.5 GiB on a 4090. */
const screenGib = 0.5;
/** What Windows keeps of a card that WSL uses (club-3090, WSL_SETUP). */
const windowsGib = 1.3;

const nothing = { usedGib: 0, usedBy: 'nothing else on it is assumed' };

const ofKind = (kind: CardKind): PlanCard => ({
  name: kind.name,
  totalGib: kind.usableGib,
  ...(kind.desktop && kind.capability >= 6
    ? { usedGib: screenGib, usedBy: `${screenGib} GiB for a screen are assumed` }
    : nothing),
  capability: kind.capability,
  nvlink: kind.nvlink ?? false,
  unified: kind.unified ?? false,
});

/** The card that these words mean, as it usually is; undefined where no card is called so. */
export const cardNamed = (name: string): PlanCard | undefined => {
  const kind = findCard(name);
  return kind && ofKind(kind);
};

/** A card of which only the memory is known, GB as on its box. */
export const cardOfSize = (boxGib: number): PlanCard => ({
  name: `a card of ${boxGib} GB`,
  totalGib: usableOf(boxGib),
  ...nothing,
  capability: null,
  nvlink: false,
  unified: false,
});

/** An engine that runs here makes room for the one that is planned: the same machine gives the same plan. */
const isEngine = (name: string): boolean => /vllm/i.test(name);

const usedOf = (gpu: Gpu, wsl: boolean): Pick<PlanCard, 'usedGib' | 'usedBy'> => {
  const used = gpu.nvidia?.usedBytes;
  if (typeof used === 'number') {
    const engines = (gpu.nvidia?.processes ?? [])
      .filter(({ name }) => isEngine(name))
      .reduce((sum, { usedBytes }) => sum + (usedBytes ?? 0), 0);
    const others = Math.max(0, used - engines) / gib;
    if (others < 0.05) return { usedGib: others, usedBy: 'nothing else is on it' };
    const words = gpu.nvidia?.displayActive ? 'a screen and other programs' : 'others';
    return { usedGib: others, usedBy: `${others.toFixed(1)} GiB are in use by ${words}` };
  }
  if (wsl) return { usedGib: windowsGib, usedBy: `${windowsGib} GiB for Windows are assumed` };
  return { usedGib: screenGib, usedBy: 'what is in use was not checked; 0.5 GiB are assumed' };
};

const cardOf = (gpu: Gpu, report: MachineReport): PlanCard | undefined => {
  const kind = findCard(gpu.name);
  const bytes = gpu.memoryBytes ?? (kind?.unified ? report.memory.totalBytes : null);
  if (bytes === null) return undefined;
  const stated = Number(gpu.nvidia?.computeCapability ?? Number.NaN);
  const capability = Number.isFinite(stated) ? stated : (kind?.capability ?? null);
  return {
    name: gpu.name.replace(/^NVIDIA (GeForce )?/, ''),
    // The driver counts a few hundred MiB that CUDA does not hand out.
    totalGib: Math.min(bytes / gib, kind?.usableGib ?? (bytes / gib) * 0.985),
    ...usedOf(gpu, report.wsl),
    capability,
    nvlink: kind?.nvlink ?? false,
    unified: kind?.unified ?? false,
    ...(gpu.nvidia ? { device: gpu.nvidia.uuid ?? String(gpu.nvidia.index) } : {}),
  };
};

/** The NVIDIA cards of a machine whose driver answers. */
export const cardsOfReport = (report: MachineReport): readonly PlanCard[] => {
  const gpus = 'value' in report.gpus ? report.gpus.value : [];
  return gpus
    .filter(({ vendor, problem }) => vendor === 'nvidia' && problem === undefined)
    .flatMap((gpu) => cardOf(gpu, report) ?? []);
};

/** The card as the memory arithmetic sees it. */
export const memoryOf = ({ totalGib, nvlink, unified }: PlanCard): CardMemory => ({
  totalGib,
  nvlink,
  smallDefaults: unified,
});

/** A process on the card takes this before vLLM counts: 0.5 GiB on H100, less on smaller cards. */
export const outsideGib = 0.4;
/** Left alone, so that a screen or a library may still take a little. */
const spareGib = 0.2;

/** GiB of a card that are there for one engine. */
export const freeGib = ({ totalGib, usedGib }: PlanCard): number =>
  totalGib - usedGib - outsideGib - spareGib;
