import type { ModelStatus } from '../api/models.ts';
import type { GpuPathFacts } from '../machine/gpu-path/styles.ts';
import type { Known } from '../machine/known.ts';
import type { MachineReport } from '../machine/report.ts';
import type { EditorEntry } from './editors/editor-entry.ts';

/** All that the checks look at; pure data. */
export interface DoctorFacts {
  readonly machine: MachineReport;
  /** What localai itself found around it; undefined where only the machine is known. */
  readonly local: LocalFacts | undefined;
}

export interface LocalFacts {
  /** Of localai. */
  readonly version: string;
  /** Of Node. */
  readonly node: string;
  readonly settings: SettingsFacts;
  readonly folders: readonly FolderFacts[];
  readonly keyFiles: readonly KeyFile[];
  readonly network: NetworkFacts;
  readonly port: Known<PortFacts>;
  readonly models: Known<ModelFacts>;
  /** Null: nothing runs. */
  readonly stack: Known<StackFacts | null>;
  readonly editors: readonly EditorEntry[];
  /** Null: nothing to prove here. */
  readonly gpuPath: Known<GpuPathFacts | null>;
}

/** The settings as far as checks look at them; the defaults where config.yaml cannot be read. */
export interface SettingsFacts {
  readonly file: string;
  /** Why it cannot be read, with the next step; null: it can. */
  readonly problem: { readonly message: string; readonly hint: string } | null;
  readonly host: string;
  readonly port: number;
  readonly context: number | null;
  /** LOCALAI_* variables that are none of ours; empty: none. */
  readonly strayVariables: string;
}

export interface FolderFacts {
  readonly what: 'settings' | 'data' | 'state' | 'models' | 'sockets' | 'temporary files' | 'docker';
  readonly path: string;
  readonly freeBytes: Known<number>;
  readonly writable: boolean;
  /** Where its file system is mounted; null where that is not known. */
  readonly mount: string | null;
  /** The file system's type, e.g. `ext4`, `9p`; null where it is not known. */
  readonly type: string | null;
}

export interface KeyFile {
  readonly path: string;
  /** Permission bits, e.g. 0o600; null: there is no such file. */
  readonly mode: number | null;
}

export interface NetworkFacts {
  readonly hub: {
    readonly endpoint: string;
    /** HF_HUB_OFFLINE or its like is set. */
    readonly offline: boolean;
    /** HTTP status of its answer; null: none. */
    readonly status: number | null;
    readonly problem: string | null;
    /** It was reached and did not answer within this look's time, ms; null: it did, or was not reached. */
    readonly slowMs: number | null;
    /** How far this machine's clock is from the hub's, ms; null: not told. */
    readonly clockSkewMs: number | null;
    /** Whether a token is given, and whether it looks like one. */
    readonly token: 'none' | 'given' | 'odd';
  };
  /** The proxies of the environment, and whether anybody listens there. */
  readonly proxies: readonly {
    readonly variable: string;
    readonly address: string;
    readonly outcome: string;
  }[];
  /** The embedded engine: installed, or whether npm could fetch it. */
  readonly engine: {
    readonly installed: boolean;
    readonly npm: Known<{ readonly reachable: boolean; readonly words: string }>;
  };
  /** Whether Docker can pull the engine's image; null: it is here, or not needed. */
  readonly image: Known<{
    readonly name: string;
    readonly reachable: boolean;
    readonly words: string;
  } | null>;
}

export interface PortFacts {
  readonly host: string;
  readonly port: number;
  readonly state: 'free' | 'ours' | 'taken' | 'no-such-address' | 'privileged';
  /** Who listens there, when it is somebody else. */
  readonly holder: string | null;
  /** The next free one. */
  readonly next: number;
}

export interface ModelFacts {
  /** Ids of models that are not whole. */
  readonly unfinished: readonly string[];
  /** Repositories in the cache with shards missing. */
  readonly missingShards: readonly { readonly repo: string; readonly files: readonly string[] }[];
  /** Model files whose data lies outside the cache, where a container cannot see it. */
  readonly outsideCache: readonly string[];
  /** The model that the last `up` chose; null: there was none. */
  readonly chosen: { readonly id: string; readonly file: string; readonly there: boolean } | null;
  /** What would be served here if nothing were asked for, best first. */
  readonly candidates: readonly {
    readonly name: string;
    readonly reference: string;
    readonly onDisk: boolean;
  }[];
}

export interface StackFacts {
  readonly url: string;
  readonly version: string;
  readonly answers: boolean;
  readonly exposure: 'loopback' | 'lan' | null;
  readonly models: readonly ModelStatus[];
  /** With the owner's key, with a wrong one, with none. */
  readonly key: Known<KeyFacts>;
  readonly toolCall: Known<ToolCallFacts>;
  /** This machine's own addresses, and what a connection to the gateway's port there came to. */
  readonly lan: readonly { readonly address: string; readonly outcome: string }[];
}

/** HTTP status of each; null: no answer. */
export interface KeyFacts {
  readonly owner: number | null;
  readonly wrong: number | null;
  readonly none: number | null;
}

export interface ToolCallFacts {
  readonly model: string;
  readonly called: boolean;
  /** The call, or what came in its place. */
  readonly words: string;
}
