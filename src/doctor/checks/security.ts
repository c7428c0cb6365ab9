import { factOf } from '../../machine/known.ts';
import type { Check, Finding } from '../check.ts';
import type { DoctorFacts, KeyFacts, StackFacts } from '../facts.ts';
import { fail, notChecked, notNeeded, ok, warn, when } from '../findings.ts';
import { updateDocker } from '../fixes/docker.ts';
import { olderThan, onDaemon, wantsDocker, withoutDocker } from './containers.ts';

const onStack = ({ local }: DoctorFacts, look: (stack: StackFacts) => Finding): Finding => {
  if (!local) return notChecked('the report holds only the machine');
  return when(local.stack, (stack) => (stack === null ? notNeeded('nothing runs') : look(stack)));
};

const onKeys = (facts: DoctorFacts, look: (keys: KeyFacts) => Finding): Finding =>
  onStack(facts, (stack) => when(stack.key, look));

const status = (code: number | null): string => (code === null ? 'no answer' : `HTTP ${code}`);

const accepted: Check = {
  id: 'security-key-accepted',
  title: "The owner's key is accepted",
  severity: 'error',
  looks: 'one request with the key that `localai key show` prints',
  meaning: 'The key that editors were given does not work.',
  fix: () => '{localai} key rotate\n{localai} key show',
  needs: ['stack-answers'],
  assess: (facts) =>
    onKeys(facts, ({ owner }) =>
      owner === 200 ? ok(status(owner)) : fail(`with the owner's key: ${status(owner)}`),
    ),
};

const refused: Check = {
  id: 'security-key-refused',
  title: 'A wrong key is refused',
  severity: 'error',
  looks: 'one request with a key that was never given, and one without any',
  meaning: 'Whoever reaches the port can use the models.',
  fix: () => '{localai} restart\n{localai} logs gateway',
  needs: ['stack-answers'],
  assess: (facts) =>
    onKeys(facts, ({ wrong, none }) => {
      const seen = [`wrong key: ${status(wrong)}`, `no key: ${status(none)}`];
      const shut = (code: number | null): boolean => code === 401 || code === 403;
      if (wrong === null || none === null) return notChecked(seen.join(', '));
      return shut(wrong) && shut(none) ? ok(seen) : fail(seen);
    }),
};

const lan: Check = {
  id: 'security-lan',
  title: 'The gateway is reachable only from where it should be',
  severity: 'error',
  looks:
    "connections to the gateway's port at this machine's own network addresses; a firewall between is not checked",
  meaning: 'The gateway is meant for this machine alone and answers on the network as well.',
  fix: () => '{localai} config set gateway.host 127.0.0.1 && {localai} up',
  needs: ['stack-answers'],
  assess: (facts) =>
    onStack(facts, ({ exposure, lan: tries, url }) => {
      if (exposure === null) return notChecked('gateway.yaml does not say who should reach it');
      const open = tries.filter(({ outcome }) => outcome === 'open').map(({ address }) => address);
      if (exposure === 'loopback') {
        if (open.length > 0) return fail(`it answers at ${open.join(', ')}`);
        return tries.length === 0 ? notChecked('this machine has no network address') : ok(`only ${url}`);
      }
      return open.length > 0
        ? ok(`it answers at ${open.join(', ')}, as gateway.host says; a firewall was not checked`)
        : notChecked('it does not answer at its own network addresses; a firewall may be why');
    }),
};

const fileModes: Check = {
  id: 'security-key-files',
  title: 'Only this user can read the keys',
  severity: 'error',
  looks: 'the permissions of owner.key and keys.json',
  meaning: 'Other users of this machine can read the key and use the models.',
  assess: ({ local }) => {
    if (!local) return notChecked('the report holds only the machine');
    const there = local.keyFiles.filter(({ mode }) => mode !== null);
    if (there.length === 0) return notNeeded('there is no key yet: `up` makes one');
    const open = there.filter(({ mode }) => ((mode ?? 0) & 0o077) !== 0);
    const words = (all: typeof there) => all.map(({ path, mode }) => `${path}: ${(mode ?? 0).toString(8)}`);
    return open.length === 0
      ? ok(words(there))
      : fail(words(open), { fix: open.map(({ path }) => `chmod 600 "${path}"`).join('\n') });
  },
};

/** From this version on the engine drops packets from the network for ports published on 127.0.0.1. */
const shutsLoopback = '28.0';

const loopback: Check = {
  id: 'security-docker-loopback',
  title: 'Ports published on 127.0.0.1 stay there',
  severity: 'warning',
  looks: `the engine's version; before ${shutsLoopback} its own rules let neighbours in`,
  meaning:
    'On an engine older than 28, machines on the same network segment can reach ports that are published on 127.0.0.1.',
  fix: updateDocker,
  needs: ['docker-daemon', 'docker-version'],
  assess: ({ machine }) =>
    wantsDocker(machine)
      ? onDaemon(machine, (engine) => {
          if (engine.desktop || engine.rootless)
            return notNeeded('this engine publishes ports in another way');
          return olderThan(engine.version, shutsLoopback)
            ? warn(`version ${engine.version}`)
            : ok(`version ${engine.version}`);
        })
      : notNeeded(withoutDocker),
};

const openDocker: Check = {
  id: 'security-docker-socket',
  title: 'Docker itself is not open to the network',
  severity: 'error',
  looks: 'warnings in `docker info` about an API without encryption',
  meaning: 'Whoever reaches that port is root on this machine.',
  fix: ({ dockerConfig }) =>
    `# take tcp:// out of "hosts" in ${dockerConfig}, and -H tcp:// out of: systemctl cat docker`,
  needs: ['docker-daemon'],
  assess: ({ machine }) => {
    if (!factOf(machine.docker)) return notNeeded('Docker is not installed');
    return onDaemon(machine, ({ warnings }) => {
      const open = warnings.filter((line) => /API is accessible on .* without encryption/i.test(line));
      return open.length === 0 ? ok('it warns of nothing like it') : fail(open);
    });
  },
};

export const securityChecks: readonly Check[] = [accepted, refused, lan, fileModes, loopback, openDocker];
