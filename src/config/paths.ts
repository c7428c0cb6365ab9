import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { System } from '../system/system.ts';

/** Where everything of ours lies. `LOCALAI_HOME` moves it all, the model cache only when no HF_* variable is set. */
export interface Paths {
  readonly config: string;
  readonly data: string;
  readonly state: string;
  /** Sockets; 0700, short enough for the operating system's limit on socket paths. */
  readonly runtime: string;
  /** The Hugging Face cache (`…/hub`), shared with other tools. */
  readonly modelCache: string;
  /** Engines installed on demand. */
  readonly engines: string;
  /** The Compose stack: its files and what its containers keep. */
  readonly stack: string;
  readonly logs: string;
  /** The user's settings. */
  readonly configFile: string;
  /** Machine facts and choices, written through conf. */
  readonly stateFile: string;
  readonly gatewayFile: string;
  readonly keysFile: string;
  /** The owner's plain key: one 0600 file. */
  readonly ownerKeyFile: string;
  /** What `up` decided and why, with the identity of the running server. */
  readonly stackFile: string;
  /** What we downloaded, so that `models rm` deletes nothing else. */
  readonly manifestFile: string;
  readonly locks: string;
}

const absolute = (value: string | undefined): string | undefined =>
  value?.startsWith('/') ? value : undefined;

interface Roots {
  readonly config: string;
  readonly data: string;
  readonly state: string;
}

const roots = ({ env, home, platform }: System): Roots => {
  const moved = absolute(env['LOCALAI_HOME']);
  if (moved) return { config: moved, data: moved, state: join(moved, 'state') };
  if (platform === 'darwin') {
    const library = join(home, 'Library', 'Application Support', 'localai');
    return { config: library, data: library, state: join(library, 'state') };
  }
  const xdg = (name: string, ...fallback: string[]): string =>
    join(absolute(env[name]) ?? join(home, ...fallback), 'localai');
  return {
    config: xdg('XDG_CONFIG_HOME', '.config'),
    data: xdg('XDG_DATA_HOME', '.local', 'share'),
    state: xdg('XDG_STATE_HOME', '.local', 'state'),
  };
};

/** The order of huggingface_hub (constants.py): HF_HUB_CACHE, HUGGINGFACE_HUB_CACHE, HF_HOME, XDG_CACHE_HOME. */
const modelCache = ({ env, home }: System): string => {
  const named = env['HF_HUB_CACHE'] ?? env['HUGGINGFACE_HUB_CACHE'];
  if (named) return named;
  if (env['HF_HOME']) return join(env['HF_HOME'], 'hub');
  const moved = absolute(env['LOCALAI_HOME']);
  if (moved) return join(moved, 'models');
  return join(absolute(env['XDG_CACHE_HOME']) ?? join(home, '.cache'), 'huggingface', 'hub');
};

const runtimeFolder = (system: System, state: string): string => {
  const hash = createHash('sha256').update(state).digest('hex').slice(0, 8);
  const base = absolute(system.env['XDG_RUNTIME_DIR']);
  if (base) return join(base, 'localai', hash);
  return join(system.tmp, `localai-${system.user?.uid ?? 'me'}-${hash}`);
};

/** Works out every place from the environment; touches nothing. */
export const resolvePaths = (system: System): Paths => {
  const { config, data, state } = roots(system);
  return {
    config,
    data,
    state,
    runtime: runtimeFolder(system, state),
    modelCache: modelCache(system),
    engines: join(data, 'engines'),
    stack: join(data, 'stack'),
    logs: join(state, 'logs'),
    configFile: join(config, 'config.yaml'),
    stateFile: join(state, 'state.json'),
    gatewayFile: join(config, 'gateway.yaml'),
    keysFile: join(config, 'keys.json'),
    ownerKeyFile: join(config, 'owner.key'),
    stackFile: join(state, 'stack.json'),
    manifestFile: join(data, 'models.json'),
    locks: join(state, 'locks'),
  };
};
