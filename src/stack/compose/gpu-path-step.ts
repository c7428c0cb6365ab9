import type { Paths } from '../../config/paths.ts';
import { failure } from '../../errors.ts';
import { proveGpuPath } from '../../machine/gpu-path/prove-gpu-path.ts';
import { recordGpuPath } from '../../machine/gpu-path/recorded-path.ts';
import type { MachineReport } from '../../machine/report.ts';
import type { System } from '../../system/system.ts';
import type { Step } from '../step.ts';
import { provenStyle } from './gpu-style.ts';

/**
 * Proves with the engine's own image that a container gets the card, once for each driver, and remembers the way that
 * works. Throws GPU_PATH in Docker's or NVIDIA's own words.
 */
export const gpuPathStep = (system: System, paths: Paths, report: MachineReport, image: string): Step => ({
  title: 'Graphics card in a container',
  run: async (progress, signal) => {
    const proven = provenStyle(paths, report);
    if (proven !== undefined) {
      progress.skip(`proven before (${proven})`);
      return;
    }
    const facts = await proveGpuPath(system, { image, proof: 'cuda' }, (style) =>
      progress.status(`asking for it with ${style}`),
    );
    signal.throwIfAborted();
    recordGpuPath(paths, facts, report.nvidia.driverVersion, system.clock.now());
    if (facts.chosen !== null) return;
    const problem = facts.tries.map(({ style, problem: why }) => `${style}: ${why}`).join('; ');
    throw failure('GPU_PATH', { problem });
  },
});
