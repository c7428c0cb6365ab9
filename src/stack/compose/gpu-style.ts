import type { Paths } from '../../config/paths.ts';
import { openState } from '../../config/state.ts';
import type { GpuStyle } from '../../machine/gpu-path/styles.ts';
import type { MachineReport } from '../../machine/report.ts';

/** How Docker is asked for a card here, as it was proved under the driver that runs now; undefined: nobody tried. */
export const provenStyle = (paths: Paths, { nvidia }: MachineReport): GpuStyle | undefined => {
  const proven = openState(paths).get('gpuPath');
  if (!proven) return undefined;
  const same = proven.driverVersion === null || proven.driverVersion === nvidia.driverVersion;
  return same ? proven.style : undefined;
};
