import type { Known } from '../known.ts';
import type { Observer } from '../observer.ts';
import { onPath } from '../programs.ts';
import { findContext, parseDockerVersion } from './client.ts';
import { findEngineContainers } from './containers.ts';
import { configPath, readDaemonConfig } from './daemon-config.ts';
import type { DockerDaemon, DockerFacts, DockerSilence } from './facts.ts';
import { parseInfo, silenceOf } from './info.ts';

const askDaemon = async (observer: Observer): Promise<DockerDaemon | DockerSilence> => {
  const answer = await observer.run('docker-info', ['docker', 'info', '--format', '{{json .}}']);
  return parseInfo(answer.stdout) ?? silenceOf(answer);
};

const askCompose = async (observer: Observer): Promise<DockerFacts['compose']> => {
  const answer = await observer.run('compose', ['docker', 'compose', 'version', '--short']);
  if (answer.timedOut) return { notChecked: 'docker compose version did not answer in time' };
  const version = /v?(\d+\.\d+\.\d+\S*)/.exec(answer.stdout)?.[1];
  return answer.ok && version !== undefined ? { value: { version } } : { value: null };
};

/** `systemctl show` prints a block of `Name=value` lines per unit. */
export const parseUnits = (
  stdout: string,
): { readonly active: boolean; readonly enabled: boolean } | undefined => {
  const units = stdout.split('\n\n').map(
    (block) =>
      new Map(
        block.split('\n').map((line) => {
          const [name = '', ...value] = line.split('=');
          return [name.trim(), value.join('=').trim()] as const;
        }),
      ),
  );
  const [service] = units;
  if (service?.get('LoadState') !== 'loaded') return undefined;
  return {
    active: service.get('ActiveState') === 'active',
    // Its socket starts it as well, at the first question.
    enabled: units.some((unit) => unit.get('UnitFileState') === 'enabled'),
  };
};

const askService = async (observer: Observer): Promise<DockerFacts['service']> => {
  const properties = '--property=LoadState,ActiveState,UnitFileState';
  const argv = ['systemctl', 'show', 'docker.service', 'docker.socket', properties] as const;
  const answer = await observer.run('docker-service', [...argv]);
  const found = answer.ok ? parseUnits(answer.stdout) : undefined;
  return found ? { value: found } : { notChecked: 'systemd knows no docker.service' };
};

const askImages = async (observer: Observer): Promise<Known<readonly string[]>> => {
  const argv = ['docker', 'image', 'ls', '--format', '{{.Repository}}:{{.Tag}}'] as const;
  const answer = await observer.run('docker-images', [...argv]);
  if (!answer.ok) return { notChecked: 'docker image ls failed' };
  const names = answer.stdout.split('\n').map((line) => line.trim());
  return { value: names.filter((name) => name !== '' && !name.includes('<none>')) };
};

const silent = { notChecked: 'the Docker engine does not answer' } as const;

/**
 * Docker, its engine and what is around it; null when there is no `docker`. `hasCard` says whether running engines
 * are asked for their graphics card. Throws when its version cannot be had.
 */
export const probeDocker = async (
  observer: Observer,
  hasCard: () => Promise<boolean>,
): Promise<DockerFacts | null> => {
  const path = await onPath(observer.system, 'docker');
  if (path === undefined) return null;
  const [answer, context, daemon, compose, composeV1, service, real] = await Promise.all([
    observer.run('docker', ['docker', '--version']),
    findContext(observer),
    askDaemon(observer),
    askCompose(observer),
    onPath(observer.system, 'docker-compose'),
    askService(observer),
    observer.system.files.realpath(path).catch(() => undefined),
  ]);
  const said = parseDockerVersion(`${answer.stdout}\n${answer.stderr}`);
  if (said === undefined) throw new Error(answer.stderr.trim() || 'no version in its answer');
  const snap = /\/snap\//.test(path) || /\/snap(\/|$)/.test(real ?? '');
  const [config, images, engineContainers] = await Promise.all([
    readDaemonConfig(observer, configPath(observer.system, { snap, context, daemon })),
    daemon.answers ? askImages(observer) : silent,
    daemon.answers ? findEngineContainers(observer, await hasCard()) : silent,
  ]);
  return {
    ...said,
    ...{ path, snap, context, daemon, compose, composeV1: composeV1 !== undefined },
    ...{ config, service, images, engineContainers },
  };
};

const rootSocket = '/run/podman/podman.sock';

/** Podman's socket, which speaks Docker's language. */
export const findPodman = async ({ system }: Observer): Promise<{ readonly socket: string | null }> => {
  const own = system.env['XDG_RUNTIME_DIR'];
  const places = [...(own ? [`${own}/podman/podman.sock`] : []), rootSocket];
  for (const socket of places) {
    if (await system.files.stat(socket).catch(() => undefined)) return { socket };
  }
  return { socket: null };
};
