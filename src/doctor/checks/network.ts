import type { Check, Finding } from '../check.ts';
import type { DoctorFacts, NetworkFacts } from '../facts.ts';
import { fail, notChecked, notNeeded, ok, warn, when } from '../findings.ts';
import { restartDocker } from '../fixes/docker.ts';
import { onDaemon, wantsDocker } from './containers.ts';

const onNetwork = ({ local }: DoctorFacts, look: (network: NetworkFacts) => Finding): Finding =>
  local ? look(local.network) : notChecked('the report holds only the machine');

const proxy: Check = {
  id: 'network-proxy',
  title: 'The proxy answers',
  severity: 'error',
  looks: 'HTTPS_PROXY and HTTP_PROXY, and whether anybody listens there',
  meaning: 'Downloads go through a proxy that is not there.',
  fix: () => 'unset HTTPS_PROXY HTTP_PROXY https_proxy http_proxy   # or name one that answers',
  assess: (facts) =>
    onNetwork(facts, ({ proxies }) => {
      if (proxies.length === 0) return notNeeded('no proxy is set');
      const dead = proxies.filter(({ outcome }) => outcome !== 'open');
      const words = (all: typeof proxies) =>
        all.map(
          ({ variable, address, outcome }) =>
            `${variable}=${address}: ${outcome === 'open' ? 'answers' : outcome}`,
        );
      return dead.length === 0 ? ok(words(proxies)) : fail(words(dead));
    }),
};

const hub: Check = {
  id: 'network-hub',
  title: 'The model hub can be reached',
  severity: 'warning',
  looks: 'a short question to the hub (HF_ENDPOINT)',
  meaning:
    'Models cannot be fetched from the hub. `up` then takes a small one from the Python registry, or the one that comes with localai.',
  fix: () =>
    [
      '# a mirror, or a proxy in HTTPS_PROXY:',
      'export HF_ENDPOINT=https://<a mirror>',
      '# a model that is on this disk needs no hub:',
      '{localai} up --model /path/to/model.gguf',
    ].join('\n'),
  needs: ['network-proxy'],
  assess: (facts) =>
    onNetwork(facts, ({ hub: { endpoint, offline, status, problem, slowMs } }) => {
      if (slowMs !== null) return notChecked(`${endpoint} did not answer within ${slowMs} ms`);
      if (offline) return notNeeded('HF_HUB_OFFLINE is set: see network-offline');
      if (status === 407) return warn(`the proxy wants a password (407) for ${endpoint}`);
      return status === null
        ? warn(`${endpoint}: ${problem ?? 'no answer'}`)
        : ok(`${endpoint} answers (${status})`);
    }),
};

const offline: Check = {
  id: 'network-offline',
  title: 'The hub may be asked',
  severity: 'info',
  looks: 'HF_HUB_OFFLINE and TRANSFORMERS_OFFLINE',
  meaning: 'Only models that are on this disk can be served.',
  fix: () => 'unset HF_HUB_OFFLINE TRANSFORMERS_OFFLINE',
  assess: (facts) =>
    onNetwork(facts, (network) =>
      network.hub.offline ? warn('HF_HUB_OFFLINE is set') : ok('no variable forbids it'),
    ),
};

/** Certificates are refused from about this far on, ms. */
const worstSkewMs = 5 * 60_000;

const clock: Check = {
  id: 'network-clock',
  title: "This machine's clock is right",
  severity: 'warning',
  looks: "the time in the hub's answer",
  meaning: 'With a clock that is far off, certificates look expired and downloads fail.',
  fix: ({ systemd }) => (systemd ? 'sudo timedatectl set-ntp true' : 'sudo hwclock --hctosys'),
  needs: ['network-hub'],
  assess: (facts) =>
    onNetwork(facts, ({ hub: { clockSkewMs } }) => {
      if (clockSkewMs === null) return notChecked('the hub did not tell the time');
      const minutes = Math.round(clockSkewMs / 60_000);
      return Math.abs(clockSkewMs) > worstSkewMs
        ? warn(`it is ${minutes} minutes off`)
        : ok("it agrees with the hub's");
    }),
};

const token: Check = {
  id: 'network-token',
  title: "The hub's token looks right",
  severity: 'warning',
  looks: 'HF_TOKEN and the token file of `hf auth login`; it is not sent',
  meaning: 'A token begins with `hf_`; with another text gated models are refused, and others may be.',
  fix: () => 'export HF_TOKEN=hf_…   # from the settings page of the hub; or unset HF_TOKEN',
  assess: (facts) =>
    onNetwork(facts, (network) => {
      const { token: state } = network.hub;
      if (state === 'none') return notNeeded('no token is set; gated models would need one');
      return state === 'given' ? ok('a token is set') : warn('what is set does not look like a token');
    }),
};

const npm: Check = {
  id: 'network-npm',
  title: 'The embedded engine is here, or can be fetched',
  severity: 'error',
  looks: "the engine's folder, else `npm ping`",
  meaning: '`up` fetches the embedded engine with npm at its first start, and cannot.',
  fix: () => 'npm ping   # says more; behind a mirror: npm config set registry <its address>',
  needs: ['network-proxy'],
  assess: (facts) =>
    onNetwork(facts, ({ engine }) => {
      if (engine.installed) return ok('it is installed');
      return when(engine.npm, ({ reachable, words }) =>
        reachable ? ok(`not installed yet; ${words}`) : fail(words),
      );
    }),
};

const image: Check = {
  id: 'network-image',
  title: "vLLM's image is here, or can be pulled",
  severity: 'error',
  looks: "Docker's images, else what the registry says of the image",
  meaning: "The engine's image is not here and the registry cannot be asked for it.",
  fix: (place) =>
    `docker pull vllm/vllm-openai   # says more; behind a proxy, tell Docker's engine about it:\nsudo systemctl edit docker   # [Service] Environment=HTTPS_PROXY=http://<proxy>\n${restartDocker(place)}`,
  needs: ['docker-daemon'],
  assess: (facts) =>
    wantsDocker(facts.machine)
      ? onNetwork(facts, (network) =>
          when(network.image, (found) => {
            if (found === null) return ok('it is here');
            return found.reachable
              ? ok(`${found.name} can be pulled`)
              : fail(`${found.name}: ${found.words}`);
          }),
        )
      : notNeeded('without an NVIDIA card no image is needed'),
};

const dockerProxy: Check = {
  id: 'network-docker-proxy',
  title: "Docker's engine knows the proxy",
  severity: 'warning',
  looks: 'the proxy in this environment and in `docker info`',
  meaning: "The engine pulls images by itself and does not see this shell's variables.",
  fix: (place) =>
    `sudo systemctl edit docker   # [Service] Environment=HTTPS_PROXY=http://<proxy>\n${restartDocker(place)}`,
  needs: ['docker-daemon', 'network-proxy'],
  assess: ({ machine }) => {
    if (!wantsDocker(machine)) return notNeeded('without an NVIDIA card no image is needed');
    const { http, https } = machine.proxies;
    if (http === null && https === null) return notNeeded('no proxy is set');
    return onDaemon(machine, (engine) =>
      engine.proxy ? ok('it has one') : warn(`this shell uses ${https ?? http}, the engine none`),
    );
  },
};

/** Hosts that are this machine. */
const ownNames = ['localhost', '127.0.0.1'];

const noProxy: Check = {
  id: 'network-no-proxy',
  title: 'This machine is not reached through the proxy',
  severity: 'warning',
  looks: 'NO_PROXY, where a proxy is set',
  meaning:
    'localai itself goes past the proxy; editors and agents often do not, and then the proxy answers in its place.',
  fix: () => 'export NO_PROXY="$NO_PROXY,localhost,127.0.0.1" no_proxy="$NO_PROXY,localhost,127.0.0.1"',
  assess: ({ machine: { proxies } }) => {
    if (proxies.http === null && proxies.https === null) return notNeeded('no proxy is set');
    const named = (proxies.noProxy ?? '').split(',').map((name) => name.trim());
    const missing = ownNames.filter((name) => !named.includes(name) && !named.includes('*'));
    return missing.length === 0
      ? ok(`NO_PROXY=${proxies.noProxy}`)
      : warn(`NO_PROXY does not name ${missing.join(' and ')}`);
  },
};

export const networkChecks: readonly Check[] = [
  ...[proxy, noProxy, hub, offline, clock, token, npm, image, dockerProxy],
];
