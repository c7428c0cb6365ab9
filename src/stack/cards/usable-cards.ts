import { vllmImages, vllmOn } from '../../machine/gpus/vllm-support.ts';
import type { MachineReport } from '../../machine/report.ts';
import { cardsOfReport, type PlanCard } from './card.ts';

/** The driver's branch, e.g. 580 of `580.65.06`. */
const branchOf = (version: string | null): number | undefined => {
  const branch = Number.parseInt(version ?? '', 10);
  return Number.isFinite(branch) ? branch : undefined;
};

/** Cards of a machine that vLLM runs on, and in words why others are left out. Pure. */
export const usableCards = (
  report: MachineReport,
): { readonly cards: readonly PlanCard[]; readonly notes: readonly string[] } => {
  const driver = branchOf(report.nvidia.driverVersion);
  const cards: PlanCard[] = [];
  const notes: string[] = [];
  for (const card of cardsOfReport(report)) {
    const verdict = vllmOn(card.capability ?? Number.POSITIVE_INFINITY, driver);
    if (verdict.runs) {
      cards.push(card);
      const { name, confirmed } = verdict.image;
      if (verdict.image !== vllmImages[0]) {
        const checked = confirmed ? '' : '; whether that image exists was not checked';
        notes.push(`${card.name}: under driver ${driver} vLLM runs in ${name}${checked}.`);
      }
      if (/jetson/i.test(report.system.board ?? '')) {
        notes.push(`${card.name}: whether vLLM's image runs on this board was not checked.`);
      }
    } else if (verdict.reason === 'card-too-old') {
      notes.push(`${card.name} is too old for vLLM; llama.cpp can use it.`);
    } else notes.push(`${card.name}: its driver is older than ${verdict.driver}, which vLLM asks for.`);
  }
  return { cards, notes };
};
