import type { DockerFacts, PodmanFacts, ToolkitFacts } from './docker/facts.ts';
import type { Known } from './known.ts';
import type { NvidiaCard, NvidiaFacts } from './nvidia/facts.ts';

export interface Gpu {
  readonly vendor: 'nvidia' | 'amd' | 'intel' | 'apple' | 'other';
  readonly name: string;
  /** Bytes; null where the driver does not say. */
  readonly memoryBytes: number | null;
  /** Why it cannot be used as it is, e.g. that its driver does not answer; absent when nothing is known against it. */
  readonly problem?: string;
  /** What NVIDIA's driver tells of it; absent where it was not asked or does not know the card. */
  readonly nvidia?: NvidiaCard;
}

/** What a probe did: for a person who doubts, and for a report that is read on another machine. */
export interface Evidence {
  /** As it would be typed; a file that was read is `cat <file>`. */
  readonly command: string;
  /** Null where it did not run to its end, or could not be run at all. */
  readonly exitCode: number | null;
  /** The first lines of what it said, secrets blacked out. */
  readonly lines: readonly string[];
}

/** How packages are installed here. */
export type PackageFamily = 'debian' | 'ubuntu' | 'fedora' | 'rhel' | 'arch' | 'suse' | 'other';

export interface Distribution {
  /** As in os-release(5), e.g. `ubuntu`. */
  readonly id: string;
  readonly version: string;
  /** E.g. `bookworm`; empty where it has none. */
  readonly codename: string;
  readonly name: string;
  readonly family: PackageFamily;
  /** The system's own folders cannot be written (ostree, NixOS): packages go in another way. */
  readonly immutable: boolean;
}

export interface WslFacts {
  readonly version: 1 | 2;
  /** Windows' `.wslconfig` of a user; null when there is none to be seen. */
  readonly config: {
    readonly path: string;
    readonly memory: string | null;
    readonly networkingMode: string | null;
  } | null;
  /** A Linux driver's library inside WSL that stands before Windows' own; null when there is none. */
  readonly shadowingLibrary: string | null;
}

/** What the operating system is and how it is set up. */
export interface SystemFacts {
  readonly distribution: Known<Distribution>;
  /** As `uname -r`. */
  readonly kernel: string;
  readonly systemd: boolean;
  /** What kind of container this process is in; null: none that shows. */
  readonly container: string | null;
  readonly secureBoot: Known<boolean>;
  readonly selinux: Known<'enforcing' | 'permissive' | 'disabled'>;
  /** How often it went to sleep and woke since it was started; null where the kernel does not say. */
  readonly suspends: number | null;
  readonly wsl: WslFacts | null;
  /** E.g. `NVIDIA Jetson AGX Orin`; null where the firmware does not say. */
  readonly board: string | null;
  /** Null where the platform has no numeric users. */
  readonly user: { readonly uid: number; readonly groups: readonly string[] } | null;
  /** The locale that decides about letters, e.g. `C.UTF-8`; null when none is set. */
  readonly locale: string | null;
}

export interface Disk {
  readonly mount: string;
  /** E.g. `ext4`, `9p`, `nfs4`. */
  readonly type: string;
  readonly sizeBytes: number;
  readonly availableBytes: number;
}

/** A proxy as the environment names it; passwords blacked out. */
export interface ProxyFacts {
  readonly http: string | null;
  readonly https: string | null;
  readonly noProxy: string | null;
}

/** Graphics that are not NVIDIA's: what a program needs to reach them. */
export interface RenderNode {
  readonly path: string;
  /** Whether this user may open it. */
  readonly usable: boolean;
}

/** Facts about this machine; pure data that can be written to a file and reasoned about elsewhere. */
export interface MachineReport {
  readonly schemaVersion: 1;
  readonly platform: string;
  readonly arch: string;
  /** True in Windows' Subsystem for Linux. */
  readonly wsl: boolean;
  readonly os: Known<string>;
  readonly system: SystemFacts;
  readonly cpu: {
    readonly name: Known<string>;
    /** Cores that this process may really use: affinity and cgroup quota counted; at least 1. */
    readonly cores: number;
    /** Why it is that many. */
    readonly coresFrom: string;
    /** Instruction sets, as the kernel names them (`avx2`, `avx512f`); empty where it does not say. */
    readonly features: readonly string[];
  };
  readonly memory: {
    /** Bytes; the smaller of the machine's and the cgroup's. */
    readonly totalBytes: number;
    readonly availableBytes: number;
    readonly limitedBy: 'machine' | 'cgroup';
  };
  /** Bytes of /dev/shm; null where there is none. */
  readonly sharedMemoryBytes: Known<number | null>;
  readonly gpus: Known<readonly Gpu[]>;
  /** NVIDIA's driver, whether it answers or not. */
  readonly nvidia: NvidiaFacts;
  readonly renderNodes: readonly RenderNode[];
  readonly docker: Known<DockerFacts | null>;
  readonly toolkit: ToolkitFacts;
  readonly podman: PodmanFacts;
  readonly pip: Known<string | null>;
  readonly disks: Known<readonly Disk[]>;
  readonly proxies: ProxyFacts;
  /** Lines of the kernel's log that speak of graphics cards or of processes killed for memory. */
  readonly kernelLog: Known<readonly string[]>;
  /** By the name of the probe. */
  readonly evidence: Readonly<Record<string, Evidence>>;
}
