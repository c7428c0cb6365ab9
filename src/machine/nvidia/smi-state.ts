import type { RunResult } from '../../system/run.ts';
import type { SmiState } from './facts.ts';

/** nvidia-smi's words for what is wrong, the surest first. */
const failures: readonly (readonly [RegExp, SmiState])[] = [
  [/Driver\/library version mismatch/i, 'mismatch'],
  [/couldn't communicate with the NVIDIA driver|Driver Not Loaded|could not reach the driver/i, 'no-module'],
  [/No devices were found/i, 'no-devices'],
  [/Insufficient Permissions/i, 'rights'],
  [/Unable to determine the device handle|GPU is lost|fallen off the bus|NVML: Unknown Error/i, 'lost'],
];

/** What an answer of nvidia-smi came to. It ends with 0 and `No devices were found` on some drivers. */
export const smiStateOf = (
  result: RunResult,
): { readonly state: SmiState; readonly problem: string | null } => {
  if (result.notFound) return { state: 'absent', problem: null };
  if (result.timedOut) return { state: 'slow', problem: 'it did not answer in time' };
  const words = `${result.stderr}\n${result.stdout}`.trim();
  const known = failures.find(([pattern]) => pattern.test(words))?.[1];
  if (result.ok && known !== 'no-devices') return { state: 'answers', problem: null };
  const first = words.split('\n')[0]?.trim();
  const problem = first || `it ended with ${result.exitCode ?? result.signal ?? 'no exit code'}`;
  return { state: known ?? 'failed', problem };
};
