import { smallestCapability, vllmImages } from '../../machine/gpus/vllm-support.ts';
import { factOf } from '../../machine/known.ts';
import type { MachineReport } from '../../machine/report.ts';
import type { EngineVerdict } from '../engine.ts';
import type { VllmBuild } from './spec.ts';

type Facts = Pick<MachineReport, 'platform' | 'arch' | 'gpus' | 'nvidia' | 'cpu'>;

/** The wheels on the package registry are built for the CUDA of the first image. */
const driverNeeded = vllmImages[0]?.driver ?? 580;

const branchOf = (version: string | null): number | undefined => {
  const branch = Number.parseInt(version ?? '', 10);
  return Number.isNaN(branch) ? undefined : branch;
};

/** Why no card can be used; undefined: one can. */
const cardProblem = ({ gpus, nvidia }: Facts): string | undefined => {
  const cards = (factOf(gpus) ?? []).filter(({ vendor }) => vendor === 'nvidia');
  if (cards.length === 0) return 'there is no NVIDIA card';
  const [broken] = cards.filter(({ problem }) => problem !== undefined);
  const whole = cards.filter(({ problem }) => problem === undefined);
  if (whole.length === 0) return `${broken?.name ?? 'the card'} cannot be used: ${broken?.problem ?? ''}`;
  const capability = Math.max(
    ...whole.map((card) => Number(card.nvidia?.computeCapability ?? smallestCapability)),
  );
  if (capability < smallestCapability) return 'the card is older than vLLM supports';
  const driver = branchOf(nvidia.driverVersion);
  if (driver !== undefined && driver < driverNeeded) {
    return `its wheels need NVIDIA's driver ${driverNeeded} or newer, and this is ${nvidia.driverVersion}`;
  }
  return undefined;
};

/** The build for this machine. Pure. */
export const buildFor = (report: Facts, gpu: 'auto' | 'off'): VllmBuild =>
  gpu === 'auto' && cardProblem(report) === undefined ? 'cuda' : 'cpu';

/** Whether it can run here, and on what. Pure. */
export const verdictFor = (report: Facts): EngineVerdict => {
  const { platform, arch, cpu } = report;
  if (platform !== 'linux') return { usable: false, why: 'it needs Linux, or Windows with WSL2' };
  if (arch !== 'x64' && arch !== 'arm64') return { usable: false, why: `there is no vLLM for ${arch}` };
  const problem = cardProblem(report);
  if (problem === undefined)
    return { usable: true, why: 'an NVIDIA card, and vLLM in an environment of our own' };
  if (arch === 'x64' && cpu.features.length > 0 && !cpu.features.includes('avx2')) {
    return { usable: false, why: `${problem}, and this processor has no AVX2` };
  }
  return { usable: true, why: `on the processor, which is slow: ${problem}` };
};
