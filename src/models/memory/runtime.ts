import type { CardMemory, SettledOptions } from './options.ts';
import { has } from './version.ts';

/** The context of CUDA and its libraries that shows after the first snapshot, GiB, on one card alone. */
const context = (vllm: number): number => {
  if (!has(vllm, 'v1')) return 0.15;
  return has(vllm, 'largerContext') ? 0.25 : 0.1;
};

/** Buffers of the ranks' talk over PCIe, GiB: logged 0.1 to 0.2 on T4, A100 and L40S. */
const overPcie = 0.1;

/** Over NVLink, GiB: symmetric memory and workspaces of the all-reduce; logged 2.06 to 2.21 on two and four H100. */
const overNvlink = (vllm: number, ranks: number): number =>
  has(vllm, 'symmetricMemory') ? 1.75 + 0.07 * Math.log2(ranks) : 0.27 * ranks - context(vllm);

/**
 * Memory that is no tensor's: the CUDA context, NCCL, compiled libraries; GiB on one rank. Not a law but figures read
 * off start-ups that state it (`non-torch memory`).
 */
export const runtimeMemory = ({ vllm, tensorParallel }: SettledOptions, card: CardMemory): number => {
  if (tensorParallel === 1) return context(vllm);
  return context(vllm) + (card.nvlink ? overNvlink(vllm, tensorParallel) : overPcie);
};
