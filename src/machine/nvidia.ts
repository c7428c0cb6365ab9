import type { System } from '../system/system.ts';
import type { Gpu } from './report.ts';

const query = ['--query-gpu=name,memory.total', '--format=csv,noheader,nounits'];

/** What nvidia-smi said: cards, or why there are none to be had from it. */
export type NvidiaAnswer =
  | { readonly gpus: readonly Gpu[] }
  | { readonly absent: true }
  | { readonly problem: string };

/** One line per card, `NVIDIA GeForce RTX 4090, 24564`; memory in MiB, `[N/A]` where it shares the machine's. */
export const parseNvidiaSmi = (stdout: string): readonly Gpu[] =>
  stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && line.includes(','))
    .map((line) => {
      const comma = line.lastIndexOf(',');
      const mebibytes = Number(line.slice(comma + 1).trim() || Number.NaN);
      return {
        vendor: 'nvidia' as const,
        name: line.slice(0, comma).trim(),
        memoryBytes: Number.isFinite(mebibytes) ? mebibytes * 1024 * 1024 : null,
      };
    });

/** Asks the driver, which alone knows the memory. systeminformation asks lspci instead and misses cards. */
export const askNvidia = async (system: System, signal: AbortSignal): Promise<NvidiaAnswer> => {
  const answer = await system.run('nvidia-smi', query, { signal });
  if (answer.notFound) return { absent: true };
  if (answer.ok) return { gpus: parseNvidiaSmi(answer.stdout) };
  const words = `${answer.stderr}\n${answer.stdout}`.trim().split('\n')[0]?.trim();
  return { problem: words || `it ended with code ${answer.exitCode ?? answer.signal ?? 'unknown'}` };
};
