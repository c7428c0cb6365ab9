import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { reason } from '../../errors.ts';
import type { Known } from '../known.ts';
import type { Observer } from '../observer.ts';
import type { DockerContext, DockerFacts } from './facts.ts';

/** `Docker version 28.2.2, build e6534b4`, `podman version 5.4.1`. */
export const parseDockerVersion = (text: string): Pick<DockerFacts, 'version' | 'kind'> | undefined => {
  const version = /version\s+v?(\d[^\s,]*)/i.exec(text)?.[1];
  if (version === undefined) return undefined;
  return { version, kind: /podman/i.test(text) ? 'podman' : 'docker' };
};

const defaultEndpoint = 'unix:///var/run/docker.sock';

/** The engine that a context of that name leads to, from its file. */
const endpointOf = async ({ read }: Observer, folder: string, name: string): Promise<string | undefined> => {
  const hash = createHash('sha256').update(name).digest('hex');
  const text = await read(join(folder, 'contexts', 'meta', hash, 'meta.json'));
  if (text === undefined) return undefined;
  const meta = JSON.parse(text) as { Endpoints?: { docker?: { Host?: string } } };
  return meta.Endpoints?.docker?.Host;
};

/** Which engine the client talks to: DOCKER_HOST, DOCKER_CONTEXT, else the `currentContext` of its config. */
export const findContext = async (observer: Observer): Promise<Known<DockerContext>> => {
  const { env, home } = observer.system;
  if (env['DOCKER_HOST']) return { value: { name: 'DOCKER_HOST', endpoint: env['DOCKER_HOST'] } };
  const folder = env['DOCKER_CONFIG'] || join(home, '.docker');
  try {
    const text = await observer.read(join(folder, 'config.json'));
    const config = text === undefined ? {} : (JSON.parse(text) as { currentContext?: string });
    const name = env['DOCKER_CONTEXT'] || config.currentContext || 'default';
    if (name === 'default') return { value: { name, endpoint: defaultEndpoint } };
    const endpoint = await endpointOf(observer, folder, name);
    if (endpoint !== undefined) return { value: { name, endpoint } };
    return { notChecked: `there is no context "${name}" in ${folder}` };
  } catch (caught) {
    return { notChecked: `${folder}/config.json cannot be read: ${reason(caught)}` };
  }
};
