import type { Known } from '../known.ts';

/** One card as NVIDIA's driver sees it. What the driver does not say (`[N/A]`, an old driver) is null. */
export interface NvidiaCard {
  /** The driver's number; changes when cards are moved. */
  readonly index: number;
  /** `GPU-…`; does not change. */
  readonly uuid: string | null;
  /** E.g. `00000000:01:00.0`. */
  readonly busId: string | null;
  /** E.g. `8.9`. */
  readonly computeCapability: string | null;
  readonly usedBytes: number | null;
  readonly freeBytes: number | null;
  /** Whether a screen hangs on it. */
  readonly displayActive: boolean | null;
  readonly powerLimitWatts: number | null;
  readonly defaultPowerLimitWatts: number | null;
  /** `Default`, `Exclusive_Process`, `Prohibited`. */
  readonly computeMode: string | null;
  /** Null where the card cannot be partitioned, or the driver does not say; `instances` null: not told how many. */
  readonly mig: { readonly enabled: boolean; readonly instances: number | null } | null;
  readonly processes: readonly NvidiaProcess[];
  /** Fields that hold a fault in place of a value: `power.draw: [ERR!]`. */
  readonly faults: readonly string[];
}

export interface NvidiaProcess {
  readonly pid: number;
  /** `C` computes, `G` draws, `C+G` both. */
  readonly kind: string;
  readonly name: string;
  readonly usedBytes: number | null;
}

/**
 * What nvidia-smi came to. `absent` it is not installed · `answers` · `no-devices` it runs and knows no card ·
 * `no-module` the kernel's part is not there · `mismatch` kernel and library are of two versions · `rights` it may not
 * look · `lost` a card stopped answering · `slow` no answer in time · `failed` anything else.
 */
export type SmiState =
  | 'absent'
  | 'answers'
  | 'no-devices'
  | 'no-module'
  | 'mismatch'
  | 'rights'
  | 'lost'
  | 'slow'
  | 'failed';

export interface NvidiaFacts {
  readonly smi: {
    readonly state: SmiState;
    /** nvidia-smi's own words; null when it answers. */
    readonly problem: string | null;
    /** Where it was found; null when it was not. */
    readonly path: string | null;
  };
  /** From nvidia-smi, else from the kernel module; null when neither says. */
  readonly driverVersion: string | null;
  /** The newest CUDA that the driver takes, e.g. `13.0`. */
  readonly cudaVersion: string | null;
  /** Version of the module that the kernel has loaded; null: none. */
  readonly loadedModule: string | null;
  /** Version of the module that lies ready for the running kernel; null: none. */
  readonly installedModule: Known<string | null>;
  /** Kernel modules that matter and are loaded: `nvidia`, `nvidia_uvm`, `nouveau`, … */
  readonly modules: Known<readonly string[]>;
  /** Device files: `/dev/nvidia0`, `/dev/nvidiactl`, `/dev/nvidia-uvm`, `/dev/dxg`. */
  readonly deviceNodes: readonly string[];
  /** Whether the driver keeps the cards' memory over a suspend; null where it does not say. */
  readonly preservesMemory: boolean | null;
  /** NVIDIA cards on the bus, driver or not. */
  readonly onBus: number;
}
