import { factOf } from '../../machine/known.ts';
import type { Check } from '../check.ts';
import { fail, notChecked, notNeeded, ok, warn, when } from '../findings.ts';
import { installDocker, joinGroup, restartDocker, startDocker, updateDocker } from '../fixes/docker.ts';
import { broken, olderThan, onDaemon, onDocker, wantsDocker, withoutDocker } from './containers.ts';

/** Compose v2 and device requests need this much. */
const floor = '20.10';

const installed: Check = {
  id: 'docker-installed',
  title: 'Docker is installed',
  severity: 'error',
  looks: '`docker` on PATH',
  meaning: 'vLLM runs in Docker; without it an NVIDIA card is used by the embedded engine alone.',
  fix: installDocker,
  assess: ({ machine }) =>
    when(machine.docker, (docker) => {
      if (docker !== null) return ok(`${docker.path ?? 'docker'}, version ${docker.version}`);
      return wantsDocker(machine) ? fail('there is no `docker` on PATH') : notNeeded(withoutDocker);
    }),
};

const podman: Check = {
  id: 'docker-not-podman',
  title: '`docker` is Docker',
  severity: 'warning',
  looks: 'what `docker --version` calls itself',
  meaning:
    "Podman answers in Docker's place. It is not tested with localai, and it asks for cards in its own way (CDI).",
  fix: installDocker,
  needs: ['docker-installed'],
  assess: ({ machine }) =>
    onDocker(machine, ({ kind, version }) =>
      kind === 'docker'
        ? ok(`Docker ${version}`)
        : warn([
            `it is Podman ${version}`,
            ...(machine.podman.socket ? [`its socket is ${machine.podman.socket}`] : []),
          ]),
    ),
};

const snap: Check = {
  id: 'docker-snap',
  title: 'Docker is no snap',
  severity: 'error',
  looks: 'where the `docker` program lies',
  meaning:
    "A snap is shut off from most of the machine: from NVIDIA's toolkit, and from folders outside the home.",
  fix: (place) => `sudo snap remove docker\n${installDocker(place)}`,
  needs: ['docker-installed'],
  assess: ({ machine }) =>
    onDocker(machine, ({ snap: isSnap, path }) =>
      isSnap
        ? broken(machine, `${path} is a snap`, { meaning: "Docker as a snap cannot reach NVIDIA's toolkit." })
        : ok(path ?? ''),
    ),
};

const context: Check = {
  id: 'docker-context',
  title: 'Docker runs on this machine',
  severity: 'error',
  looks: 'DOCKER_HOST, DOCKER_CONTEXT and the current context',
  meaning:
    'The client talks to an engine elsewhere: containers would run there, without the card and the models of this machine.',
  fix: () => 'unset DOCKER_HOST DOCKER_CONTEXT\ndocker context use default',
  needs: ['docker-installed'],
  assess: ({ machine }) =>
    onDocker(machine, (docker) =>
      when(docker.context, ({ name, endpoint }) => {
        const here =
          /^(unix|npipe|fd):/.test(endpoint) || /^tcp:\/\/(127\.|localhost|\[::1\])/.test(endpoint);
        return here ? ok(`${name}: ${endpoint}`) : broken(machine, `${name}: ${endpoint}`);
      }),
    ),
};

const config: Check = {
  id: 'docker-config',
  title: "Docker's settings file is well-formed",
  severity: 'error',
  looks: 'daemon.json, which must be strict JSON',
  meaning: 'The engine does not start with a settings file that it cannot read.',
  fix: ({ dockerConfig }) =>
    `sudo "\${EDITOR:-nano}" ${dockerConfig}   # correct it, then see: python3 -m json.tool ${dockerConfig}`,
  needs: ['docker-installed'],
  assess: ({ machine }) =>
    onDocker(machine, (docker) =>
      when(docker.config, (file) => {
        if (file === null) return ok('there is none; the defaults hold');
        return file.problem === null ? ok(file.path) : broken(machine, `${file.path}: ${file.problem}`);
      }),
    ),
};

const rights: Check = {
  id: 'docker-rights',
  title: 'This user may use Docker',
  severity: 'error',
  looks: "what `docker info` says, and the user's groups",
  meaning: 'The engine runs, but its socket is for root and the group `docker`.',
  fix: joinGroup,
  needs: ['docker-installed', 'docker-context', 'docker-config'],
  assess: ({ machine }) =>
    onDocker(machine, ({ daemon }) => {
      if (daemon.answers) return ok('the engine lets this user in');
      if (daemon.why !== 'rights') return notChecked(daemon.problem);
      const groups = machine.system.user?.groups ?? [];
      return broken(machine, [daemon.problem, `this user's groups: ${groups.join(' ') || 'not told'}`]);
    }),
};

const daemon: Check = {
  id: 'docker-daemon',
  title: "Docker's engine answers",
  severity: 'error',
  looks: '`docker info`, within two seconds',
  meaning: 'The client is installed, the engine does not run or hangs.',
  fix: startDocker,
  needs: ['docker-installed', 'docker-context', 'docker-config'],
  assess: ({ machine }) =>
    onDocker(machine, ({ daemon: engine, service }) => {
      if (engine.answers) return ok(`version ${engine.version} on ${engine.os}`);
      if (engine.why === 'rights') return notChecked(`docker-rights comes first: ${engine.problem}`);
      const unit = factOf(service);
      const seen = [
        engine.problem,
        ...(unit ? [`systemd: docker.service is ${unit.active ? 'active' : 'not active'}`] : []),
      ];
      return engine.why === 'slow'
        ? broken(machine, seen, { meaning: 'The engine took the question and does not answer: it hangs.' })
        : broken(machine, seen);
    }),
};

const version: Check = {
  id: 'docker-version',
  title: 'Docker is new enough',
  severity: 'error',
  looks: `the engine's version; ${floor} is the oldest that knows what is needed`,
  meaning: 'This engine is too old for Compose v2 and for handing out graphics cards.',
  fix: updateDocker,
  needs: ['docker-daemon'],
  assess: ({ machine }) =>
    onDaemon(machine, (engine) =>
      olderThan(engine.version, floor)
        ? broken(machine, `version ${engine.version}`)
        : ok(`version ${engine.version}`),
    ),
};

const desktop: Check = {
  id: 'docker-desktop',
  title: 'Docker is not inside a virtual machine',
  severity: 'error',
  looks: 'the operating system that `docker info` names',
  meaning: 'On Linux, Docker Desktop runs its engine in a virtual machine that has no graphics card.',
  fix: (place) => `${installDocker(place)}\ndocker context use default`,
  needs: ['docker-daemon'],
  assess: ({ machine }) =>
    onDaemon(machine, (engine) => {
      if (!engine.desktop) return ok(engine.os);
      if (!wantsDocker(machine)) return notNeeded(withoutDocker);
      return machine.wsl ? ok('Docker Desktop on WSL 2 can use the card') : fail(engine.os);
    }),
};

const boot: Check = {
  id: 'docker-boot',
  title: 'Docker starts with the machine',
  severity: 'warning',
  looks: 'whether systemd has docker.service or docker.socket enabled',
  meaning: 'After a restart of the machine nothing is served until somebody starts Docker.',
  fix: startDocker,
  needs: ['docker-daemon'],
  assess: ({ machine }) =>
    onDocker(machine, ({ service, daemon: engine }) => {
      if (!wantsDocker(machine)) return notNeeded(withoutDocker);
      if (engine.answers && (engine.rootless || engine.desktop))
        return notNeeded('this engine has its own way of starting');
      return when(service, ({ enabled }) =>
        enabled ? ok('it is enabled') : warn('docker.service is not enabled'),
      );
    }),
};

const storage: Check = {
  id: 'docker-storage',
  title: 'Docker shares what images have in common',
  severity: 'warning',
  looks: 'the storage driver',
  meaning:
    "The vfs driver copies every layer whole: vLLM's image takes several times its size, and starts take minutes.",
  fix: (place) =>
    `# set "storage-driver": "overlay2" in ${place.dockerConfig}, then\n${restartDocker(place)}`,
  needs: ['docker-daemon'],
  assess: ({ machine }) =>
    onDaemon(machine, ({ storageDriver }) =>
      storageDriver === 'vfs' ? warn('vfs') : ok(storageDriver || 'not told'),
    ),
};

export const dockerChecks: readonly Check[] = [
  ...[installed, podman, snap, context, config, rights, daemon, version, desktop, boot, storage],
];
