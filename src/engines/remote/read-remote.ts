import type { System } from '../../system/system.ts';
import type { OwnModel } from '../engine.ts';
import { askServer, type ServerAddress } from './ask-server.ts';
import { lookCloser } from './closer-look.ts';
import { kindOf, modelList, remoteModel, type ServerKind } from './server-kind.ts';

/** A server elsewhere as it was found. */
export interface FoundServer {
  readonly kind: ServerKind;
  readonly version: string | undefined;
  readonly models: readonly OwnModel[];
}

/** Why none can be used there. */
export interface NoServer {
  readonly problem: string;
}

const refused = (status: number, keyed: boolean): string => {
  if (status !== 401 && status !== 403) return `it answers ${status} when it is asked for its models`;
  return keyed ? 'it refuses the key' : 'it asks for a key: set remote.keyFile or remote.keyVariable';
};

/** Asks a server what it is and what it has. */
export const readRemote = async (system: System, address: ServerAddress): Promise<FoundServer | NoServer> => {
  const answer = await askServer(system, address, '/v1/models');
  if ('problem' in answer) return { problem: `it does not answer (${answer.problem})` };
  if (answer.status !== 200) return { problem: refused(answer.status, address.key !== undefined) };
  const list = modelList.safeParse(answer.json);
  if (!list.success) return { problem: 'its /v1/models is no list of models' };
  const { data } = list.data;
  if (data.length === 0) return { problem: 'it has no model' };
  const kind = kindOf(data);
  const { version, models } = await lookCloser(kind, system, address, data.map(remoteModel));
  return { kind, version, models };
};
