import type { Paths } from '../../config/paths.ts';
import { vllmImages } from '../../machine/gpus/vllm-support.ts';
import { factOf, type Known } from '../../machine/known.ts';
import type { Observer } from '../../machine/observer.ts';
import { onPath } from '../../machine/programs.ts';
import type { MachineReport } from '../../machine/report.ts';
import { withoutSecrets } from '../../machine/secrets.ts';
import { networkProblem } from '../../models/hub/network-fault.ts';
import { readHubSettings } from '../../models/hub/settings.ts';
import type { System } from '../../system/system.ts';
import type { NetworkFacts } from '../facts.ts';

/** A look, not a download, ms. */
const answerMs = 2000;
/** Who cannot be connected to by then is away, ms; less than the whole look, to be told from a slow answer. */
const connectMs = 1500;

const tokenState = (token: string | undefined): NetworkFacts['hub']['token'] => {
  if (token === undefined) return 'none';
  return /^hf_[A-Za-z0-9]+$/.test(token) ? 'given' : 'odd';
};

const unreadable = {
  ...{ endpoint: 'the hub', offline: false, status: null, slowMs: null, clockSkewMs: null },
  token: 'none',
} as const;

const askHub = async (system: System): Promise<NetworkFacts['hub']> => {
  const settings = await readHubSettings(system).catch(() => undefined);
  if (settings === undefined) return { ...unreadable, problem: 'the file with its token cannot be read' };
  const { endpoint, offline, token } = settings;
  const facts = { endpoint: withoutSecrets(endpoint), offline, token: tokenState(token) };
  const silent = { ...facts, status: null, slowMs: null, clockSkewMs: null };
  if (offline) return { ...silent, problem: null };
  const asked = system.clock.now();
  try {
    const { status, headers, body } = await system.net.http(endpoint, {
      ...{ method: 'HEAD', connectTimeoutMs: connectMs, headersTimeoutMs: answerMs, bodyTimeoutMs: answerMs },
      signal: AbortSignal.timeout(answerMs),
    });
    await body.dump({ limit: 64 * 1024 });
    const theirs = Date.parse(String(headers['date'] ?? ''));
    const clockSkewMs = Number.isNaN(theirs) ? null : asked - theirs;
    return { ...facts, status, problem: null, slowMs: null, clockSkewMs };
  } catch (caught) {
    const isSlow = caught instanceof Error && /^(Headers)?Timeout/.test(caught.name);
    return isSlow
      ? { ...silent, problem: null, slowMs: answerMs }
      : { ...silent, problem: networkProblem(caught) };
  }
};

/** Whether anybody listens where the environment's proxies should be. */
const askProxies = ({ env, net }: System): Promise<NetworkFacts['proxies']> => {
  const named = ['HTTPS_PROXY', 'HTTP_PROXY'].flatMap((name) => {
    const value = env[name.toLowerCase()] || env[name];
    return value ? [[name, value] as const] : [];
  });
  return Promise.all(
    named.map(async ([variable, value]) => {
      const address = withoutSecrets(value);
      const url = URL.parse(value.includes('://') ? value : `http://${value}`);
      if (!url?.hostname) return { variable, address, outcome: 'that is no address' };
      const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80));
      return { variable, address, outcome: await net.reach(url.hostname, port, answerMs) };
    }),
  );
};

/** npm begins slowly; only asked where it is needed. */
const pingMs = 2700;

const askNpm = async (observer: Observer): Promise<NetworkFacts['engine']['npm']> => {
  if ((await onPath(observer.system, 'npm')) === undefined) {
    return { value: { reachable: false, words: 'there is no npm on PATH' } };
  }
  const answer = await observer.run('npm-ping', ['npm', 'ping'], pingMs);
  if (answer.timedOut) return { notChecked: `npm ping did not answer within ${pingMs} ms` };
  const lines = `${answer.stderr}\n${answer.stdout}`.split('\n').map((line) => line.trim());
  const telling = lines.find((line) => /^npm (ERR!|error)/.test(line) && !/A complete log/.test(line));
  return {
    value: {
      reachable: answer.ok,
      words: answer.ok ? 'npm reaches its registry' : (telling ?? 'npm ping failed'),
    },
  };
};

const hasEngine = async ({ files }: System, { engines }: Paths): Promise<boolean> =>
  (await files.list(engines).catch((): readonly string[] => [])).some((name) => name.startsWith('llamacpp-'));

/** Asks the registry about the image, without pulling it. */
const askImage = async (observer: Observer, machine: MachineReport): Promise<NetworkFacts['image']> => {
  const docker = factOf(machine.docker);
  if (!docker?.daemon.answers) return { value: null };
  const images = factOf(docker.images) ?? [];
  const [wanted] = vllmImages;
  if (wanted === undefined || vllmImages.some(({ name }) => images.includes(name))) return { value: null };
  const { name } = wanted;
  const answer = await observer.run('docker-manifest', ['docker', 'manifest', 'inspect', name], pingMs);
  if (answer.timedOut) return { notChecked: `the registry did not answer within ${pingMs} ms` };
  const words = answer.stderr.trim().split('\n')[0] ?? '';
  return { value: { name, reachable: answer.ok, words: withoutSecrets(words) } };
};

/** What can be reached from here, asked shortly and side by side. `machine` is waited for where it decides. */
export const probeNetwork = async (
  observer: Observer,
  paths: Paths,
  machine: Promise<MachineReport>,
): Promise<NetworkFacts> => {
  const { system } = observer;
  const installed = await hasEngine(system, paths);
  const here: Known<never> = { notChecked: 'the engine is here, so npm was not asked' };
  const [hub, proxies, npm, image] = await Promise.all([
    askHub(system),
    askProxies(system),
    installed ? here : askNpm(observer),
    machine.then((report) =>
      factOf(report.gpus)?.some(({ vendor }) => vendor === 'nvidia')
        ? askImage(observer, report)
        : { value: null },
    ),
  ]);
  return { hub, proxies, engine: { installed, npm }, image };
};
