import type { Paths } from '../../config/paths.ts';
import type { ProcessEngine } from '../engine.ts';
import { engineSocket } from '../engine-socket.ts';
import { guarded } from '../guarded.ts';
import { serverFlags } from './arguments.ts';
import type { BrokenServer, InstalledServer } from './installed.ts';
import type { LlamaServerSpec } from './spec.ts';

export interface LlamaServerOptions {
  readonly paths: Paths;
  /** Where our templates/ lie. */
  readonly packageFolder: string;
  /** What this machine has; undefined: nothing by that name. */
  readonly installed: InstalledServer | BrokenServer | undefined;
}

/** The verdict where there is none, which is nothing to tell anybody who has not asked for it. */
export const noLlamaServer = 'there is no llama-server on PATH, and llamaServer.path names none';

/** llama.cpp's own server, where the machine has it. It is never fetched: nobody vouches for a hash of its releases. */
export const createLlamaServer = ({
  paths,
  packageFolder,
  installed,
}: LlamaServerOptions): ProcessEngine<LlamaServerSpec> => {
  const whole = installed && 'flags' in installed ? installed : undefined;
  const name = 'llama-server';
  return {
    name,
    weights: 'gguf',
    onlyWhenAsked: false,
    probe: () => {
      if (!installed) return { usable: false, why: noLlamaServer };
      if ('problem' in installed) return { usable: false, why: `${installed.program}: ${installed.problem}` };
      const { program, version } = installed;
      return {
        usable: true,
        why: `llama.cpp's own server is here: ${program}${version ? `, build ${version}` : ''}`,
      };
    },
    spec: (model, budget) => {
      const socket = engineSocket(paths, name, model.id);
      return {
        program: whole?.program ?? name,
        version: whole?.version,
        ...{ modelId: model.id, file: model.file, socket },
        flags: serverFlags(model, budget, socket, whole?.flags ?? []),
      };
    },
    install: async () => {},
    command: ({ program, flags, socket }) => ({
      argv: guarded(packageFolder, [program, ...flags]),
      env: {},
      endpoint: { socket },
    }),
  };
};
