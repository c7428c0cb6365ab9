/** The ways to ask Docker for a card, as src/machine/gpu-path names them. */
export type GpuStyle = 'cdi' | 'gpus' | 'runtime';

/** Which cards a container is to get, and how Docker is asked for them. */
export interface GpuRequest {
  readonly style: GpuStyle;
  /** UUIDs or numbers. For CDI the whole names, e.g. `nvidia.com/gpu=0`. */
  readonly devices: readonly string[];
}

const reservation = (driver: string, ids: readonly string[]): Readonly<Record<string, unknown>> => ({
  deploy: {
    resources: {
      reservations: { devices: [{ driver, device_ids: [...ids], capabilities: ['gpu'] }] },
    },
  },
});

/** What stands in a service for that (Compose specification: deploy, devices). */
export const gpuFields = ({ style, devices }: GpuRequest): Readonly<Record<string, unknown>> => {
  switch (style) {
    case 'cdi':
      return reservation('cdi', devices);
    case 'gpus':
      return reservation('nvidia', devices);
    case 'runtime':
      return {
        runtime: 'nvidia',
        environment: {
          NVIDIA_VISIBLE_DEVICES: devices.join(','),
          NVIDIA_DRIVER_CAPABILITIES: 'compute,utility',
        },
      };
  }
};

/**
 * The names by which CDI gives these cards. The toolkit names a card by number, by UUID or by both; what it named so is
 * in `known`. Where none of them is there, all cards are asked for.
 */
const cdiNames = (devices: readonly string[], numbers: readonly number[], known: readonly string[]) => {
  const named = devices.map((device, index) => {
    const candidates = [`nvidia.com/gpu=${device}`, `nvidia.com/gpu=${numbers[index] ?? device}`];
    return candidates.find((one) => known.includes(one));
  });
  const found = named.filter((one) => one !== undefined);
  return found.length === devices.length ? found : ['nvidia.com/gpu=all'];
};

/** A request for these cards. `numbers`: the driver's, in the same order. Pure. */
export const gpuRequest = (
  style: GpuStyle,
  devices: readonly string[],
  numbers: readonly number[],
  knownToCdi: readonly string[],
): GpuRequest => ({
  style,
  devices: style === 'cdi' ? cdiNames(devices, numbers, knownToCdi) : devices,
});
