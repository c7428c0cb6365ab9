/** A fact that may not be known: what was read, or why it could not be. Never a guess. */
export type Known<T> = { readonly value: T } | { readonly notChecked: string };

export interface Gpu {
  readonly vendor: 'nvidia' | 'amd' | 'intel' | 'apple' | 'other';
  readonly name: string;
  /** Bytes; null where the driver does not say. */
  readonly memoryBytes: number | null;
  /** Why it cannot be used as it is, e.g. that its driver does not answer; absent when nothing is known against it. */
  readonly problem?: string;
}

/** Facts about this machine; pure data that can be written to a file and reasoned about elsewhere. */
export interface MachineReport {
  readonly schemaVersion: 1;
  readonly platform: string;
  readonly arch: string;
  /** True in Windows' Subsystem for Linux. */
  readonly wsl: boolean;
  readonly os: Known<string>;
  readonly cpu: {
    readonly name: Known<string>;
    /** Cores that this process may really use: affinity and cgroup quota counted; at least 1. */
    readonly cores: number;
    /** Why it is that many. */
    readonly coresFrom: string;
  };
  readonly memory: {
    /** Bytes; the smaller of the machine's and the cgroup's. */
    readonly totalBytes: number;
    readonly availableBytes: number;
    readonly limitedBy: 'machine' | 'cgroup';
  };
  readonly gpus: Known<readonly Gpu[]>;
  readonly docker: Known<{ readonly version: string } | null>;
  readonly pip: Known<string | null>;
}
