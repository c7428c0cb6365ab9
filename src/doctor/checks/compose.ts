import type { Check } from '../check.ts';
import { notNeeded, ok, when } from '../findings.ts';
import { installCompose } from '../fixes/docker.ts';
import { broken, olderThan, onDocker, wantsDocker, withoutDocker } from './containers.ts';

/** Older ones don't know all that the stack's file says (Harbor draws the line here as well). */
const floor = '2.23.1';

const installed: Check = {
  id: 'compose-installed',
  title: 'Compose v2 is installed',
  severity: 'error',
  looks: '`docker compose version`, and the old `docker-compose`',
  meaning: 'The stack is described in a Compose file; without the plugin it cannot be started.',
  fix: installCompose,
  needs: ['docker-installed'],
  assess: ({ machine }) =>
    onDocker(machine, (docker) =>
      when(docker.compose, (compose) => {
        if (compose !== null) return ok(`version ${compose.version}`);
        if (!wantsDocker(machine)) return notNeeded(withoutDocker);
        return docker.composeV1
          ? broken(machine, 'only the old docker-compose is there', {
              meaning: 'docker-compose (v1) ended in 2023 and does not know what the stack needs.',
            })
          : broken(machine, '`docker compose` is no command here');
      }),
    ),
};

const version: Check = {
  id: 'compose-version',
  title: 'Compose is new enough',
  severity: 'error',
  looks: `the plugin's version; ${floor} or newer`,
  meaning: "This Compose refuses or misreads the stack's file.",
  fix: installCompose,
  needs: ['docker-installed', 'compose-installed'],
  assess: ({ machine }) =>
    onDocker(machine, (docker) =>
      when(docker.compose, (compose) => {
        if (compose === null) return notNeeded(withoutDocker);
        return olderThan(compose.version, floor)
          ? broken(machine, `version ${compose.version}`)
          : ok(`version ${compose.version}`);
      }),
    ),
};

export const composeChecks: readonly Check[] = [installed, version];
