import type { Known } from '../known.ts';

/** Docker as its client sees it. */
export interface DockerFacts {
  /** The client's version. */
  readonly version: string;
  readonly path: string | null;
  /** `podman` where a program of that name stands in for Docker. */
  readonly kind: 'docker' | 'podman';
  /** Installed as a snap, which keeps it from much of the machine. */
  readonly snap: boolean;
  /** Which engine the client talks to. */
  readonly context: Known<DockerContext>;
  readonly daemon: DockerDaemon | DockerSilence;
  /** Compose v2; null: there is none. */
  readonly compose: Known<{ readonly version: string } | null>;
  /** The old `docker-compose` program is there. */
  readonly composeV1: boolean;
  /** The engine's own settings file; null: there is none. */
  readonly config: Known<DaemonConfig | null>;
  /** systemd's word on docker.service. */
  readonly service: Known<{ readonly active: boolean; readonly enabled: boolean }>;
  /** References of the images that are here. */
  readonly images: Known<readonly string[]>;
  /** Containers that run an engine of ours now. */
  readonly engineContainers: Known<readonly EngineContainer[]>;
}

export interface DockerContext {
  readonly name: string;
  /** E.g. `unix:///var/run/docker.sock`. */
  readonly endpoint: string;
}

/** The engine does not answer. `slow`: not within the time limit. */
export interface DockerSilence {
  readonly answers: false;
  readonly why: 'rights' | 'down' | 'slow' | 'failed';
  readonly problem: string;
}

/** What the engine says of itself (`docker info`). */
export interface DockerDaemon {
  readonly answers: true;
  readonly version: string;
  /** E.g. `Docker Desktop`, `Debian GNU/Linux 12 (bookworm)`. */
  readonly os: string;
  readonly rootFolder: string;
  readonly storageDriver: string;
  readonly cgroupDriver: string;
  readonly runtimes: readonly string[];
  readonly defaultRuntime: string;
  readonly rootless: boolean;
  readonly desktop: boolean;
  readonly selinux: boolean;
  readonly proxy: boolean;
  readonly cdiFolders: readonly string[];
  /** CDI devices that the engine found, e.g. `nvidia.com/gpu=all`. */
  readonly cdiDevices: readonly string[];
  readonly warnings: readonly string[];
}

export interface DaemonConfig {
  readonly path: string;
  /** Why it cannot be read; null: it is well-formed. */
  readonly problem: string | null;
  readonly runtimes: readonly string[];
  readonly defaultRuntime: string | null;
  readonly cgroupDriver: string | null;
}

export interface EngineContainer {
  readonly id: string;
  readonly name: string;
  readonly image: string;
  /** What `nvidia-smi -L` says inside of it; null: not asked, since there is no card here. */
  readonly gpu: { readonly seen: boolean; readonly words: string } | null;
}

/** A file that names devices for containers (the Container Device Interface). */
export interface CdiSpec {
  readonly path: string;
  /** E.g. `nvidia.com/gpu`. */
  readonly kind: string;
  readonly devices: readonly string[];
  /** The driver version in the names of the libraries that it mounts; null where none shows. */
  readonly driverVersion: string | null;
  /** Why it cannot be read; null: it can. */
  readonly problem: string | null;
}

/** NVIDIA's container toolkit. */
export interface ToolkitFacts {
  /** Of nvidia-ctk; null: it is not installed. */
  readonly version: Known<string | null>;
  /** nvidia-container-runtime-hook, which Docker looks for when it is asked with `--gpus`. */
  readonly hook: boolean;
  /** nvidia-container-runtime, which is registered with Docker. */
  readonly runtime: boolean;
  readonly cdi: readonly CdiSpec[];
  /** `no-cgroups` in its config.toml; null: there is no such file, or it does not say. */
  readonly noCgroups: boolean | null;
}

export interface PodmanFacts {
  /** A socket that speaks Docker's language; null: none. */
  readonly socket: string | null;
}
