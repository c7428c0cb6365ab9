import { dirname } from 'node:path';
import type { Paths } from '../../config/paths.ts';
import type { MachineReport } from '../../machine/report.ts';
import type { System } from '../../system/system.ts';
import { nodeImage } from './images.ts';
import type { StackEnv } from './variables.ts';

/** What decides the values of the stack's variables. */
export interface ValueParts {
  readonly system: Pick<System, 'env' | 'user'>;
  readonly paths: Paths;
  readonly report: MachineReport;
  /** The copy of localai that runs: its version and a mark of what was built. */
  readonly app: string;
  readonly host: string;
  readonly port: number;
  readonly vllmImage: string;
}

const isRootless = ({ docker }: MachineReport): boolean =>
  'value' in docker && docker.value?.daemon.answers === true && docker.value.daemon.rootless;

/** In a rootless engine the container's root is the user who runs it, and any other number is nobody. */
const userOf = ({ system, report }: ValueParts): { readonly uid: number; readonly gid: number } =>
  isRootless(report) ? { uid: 0, gid: 0 } : (system.user ?? { uid: 1000, gid: 1000 });

/** A proxy with a password would be shown by `docker inspect`: it is left out, and the host downloads. */
const proxy = ({ env }: Pick<System, 'env'>, name: string): string => {
  const value = env[name.toLowerCase()] || env[name] || '';
  return /:\/\/[^\s/@]+@/.test(value) ? '' : value;
};

/** An IPv6 address needs brackets where a port follows. */
const bindOf = (host: string): string => {
  if (host === 'localhost') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
};

/** The plan's values. Pure. */
export const stackValues = (parts: ValueParts): StackEnv => {
  const { system, paths, app, host, port, vllmImage } = parts;
  const { uid, gid } = userOf(parts);
  return {
    LOCALAI_VERSION: app,
    LOCALAI_BIND: bindOf(host),
    LOCALAI_PORT: String(port),
    LOCALAI_UID: String(uid),
    LOCALAI_GID: String(gid),
    LOCALAI_KEYS: dirname(paths.keysFile),
    LOCALAI_MODELS: paths.modelCache,
    NODE_IMAGE: nodeImage,
    VLLM_IMAGE: vllmImage,
    GATEWAY_MEMORY: '1g',
    HF_ENDPOINT: system.env['HF_ENDPOINT'] ?? '',
    HTTP_PROXY: proxy(system, 'HTTP_PROXY'),
    HTTPS_PROXY: proxy(system, 'HTTPS_PROXY'),
    NO_PROXY: proxy(system, 'NO_PROXY'),
  };
};
