import { factOf } from '../../machine/known.ts';
import type { Gpu, MachineReport } from '../../machine/report.ts';
import { gibibytes } from '../../models/quantities.ts';
import type { Finding } from '../check.ts';
import { notChecked, notNeeded } from '../findings.ts';

/** NVIDIA's cards, whether they work or not. */
export const nvidiaCards = ({ gpus }: MachineReport): readonly Gpu[] =>
  (factOf(gpus) ?? []).filter(({ vendor }) => vendor === 'nvidia');

/** Those that the driver answers for. */
export const answeringCards = (report: MachineReport): readonly Gpu[] =>
  nvidiaCards(report).filter(({ nvidia }) => nvidia !== undefined);

/** Whether there is an NVIDIA card here, working or not; also one that only a failing driver speaks of. */
export const hasNvidia = (report: MachineReport): boolean =>
  nvidiaCards(report).length > 0 || !['absent', 'no-devices'].includes(report.nvidia.smi.state);

/** A small computer of NVIDIA's whose graphics vLLM's image is not made for. */
export const isJetson = ({ system }: MachineReport): boolean => /jetson/i.test(system.board ?? '');

const noCard = 'there is no NVIDIA card here';

const jetson = "a Jetson has its own driver, which vLLM's image is not made for";

/** Looks only where there is an NVIDIA card with a driver of the usual kind. */
export const onNvidia = (report: MachineReport, look: () => Finding): Finding => {
  if (isJetson(report)) return notNeeded(jetson);
  return hasNvidia(report) ? look() : notNeeded(noCard);
};

/** Looks only where the driver answers for its cards. */
export const onCards = (report: MachineReport, look: (cards: readonly Gpu[]) => Finding): Finding => {
  if (isJetson(report)) return notNeeded(jetson);
  const cards = answeringCards(report);
  if (cards.length > 0) return look(cards);
  return hasNvidia(report) ? notChecked('the driver does not answer') : notNeeded(noCard);
};

/** `NVIDIA GeForce RTX 4090 (24.0 GiB)`. */
export const cardWords = ({ name, memoryBytes, nvidia }: Gpu): string => {
  const memory = memoryBytes === null ? 'memory shared with the machine' : gibibytes(memoryBytes);
  const capability = nvidia?.computeCapability ? `, compute capability ${nvidia.computeCapability}` : '';
  return `${name} (${memory}${capability})`;
};

/** The driver's branch, e.g. 580 of `580.65.06`. */
export const branchOf = (version: string | null): number | undefined => {
  const branch = Number.parseInt(version ?? '', 10);
  return Number.isFinite(branch) ? branch : undefined;
};

/** nvidia-smi's own words, where it has any. */
export const smiWords = ({ nvidia: { smi } }: MachineReport): string =>
  `nvidia-smi: ${smi.problem ?? smi.state}`;
