import type { ServedModel } from '../../api/gateway-config.ts';
import type { Paths } from '../../config/paths.ts';
import type { System } from '../../system/system.ts';
import type { Applied } from '../applied.ts';
import { readGatewayFile } from '../gateway-file.ts';
import { decisionLines } from '../plan-text.ts';
import type { StackStatus } from '../status.ts';
import { serviceOf } from './clean-sheet.ts';
import { type StackContainer, stackContainers } from './containers.ts';
import { observeStack, type StackModel } from './observe-stack.ts';
import { stackPlaces } from './places.ts';
import { readComposeRecord } from './record.ts';

const gib = 1024 ** 3;

/** What the plan foresaw for a model, beside what its engine found. */
const realityLines = (applied: Applied | undefined, models: readonly StackModel[]): readonly string[] => {
  const engines = applied?.plan.cards?.engines ?? [];
  return models.flatMap(({ id, boot, state }) => {
    const plan = engines.find((one) => one.plan.build.name === id)?.plan;
    if (!plan || state !== 'ready' || boot.cacheTokens === null) return [];
    const planned = `${plan.cacheTokens.toLocaleString('en-US')} tokens in ${plan.parts.cache.toFixed(1)} GiB`;
    const tokens = `${boot.cacheTokens.toLocaleString('en-US')} tokens`;
    const found = boot.availableGib === null ? tokens : `${tokens} in ${boot.availableGib.toFixed(1)} GiB`;
    const hint =
      boot.suggestedBytes === null
        ? ''
        : `; it says that --kv-cache-memory-bytes ${boot.suggestedBytes} (${(boot.suggestedBytes / gib).toFixed(1)} GiB) would do`;
    return [`Cache of ${id}: planned ${planned}, found ${found}${hint}.`];
  });
};

/** What Docker says of a container that is not as it should be. */
const containerLines = (containers: readonly StackContainer[] | undefined): readonly string[] => {
  if (containers === undefined)
    return ['Docker does not say how the containers are; `{localai} doctor --only docker` looks.'];
  return containers.flatMap(({ service, state, health, exitCode }) => {
    if (service === 'pull')
      return exitCode === 0 ? [] : [`pull ended with ${exitCode}: \`{localai} logs pull\`.`];
    if (state === 'running' && health !== 'unhealthy') return [];
    return [
      `The container of ${service} is ${health === 'unhealthy' ? health : state}: \`{localai} logs ${service}\`.`,
    ];
  });
};

/** Without containers nothing can be loading. */
const withContainers = (
  models: readonly StackModel[],
  entries: readonly ServedModel[],
  containers: readonly StackContainer[] | undefined,
): readonly StackModel[] =>
  models.map((model, index) => {
    const entry = entries[index];
    const container = containers?.find((one) => entry && one.service === serviceOf(entry));
    const gone = containers !== undefined && container?.state !== 'running';
    return gone && model.state !== 'error' ? { ...model, state: 'stopped', phase: null } : model;
  });

/** How the Compose stack is; undefined when none was started, or all its containers are gone. */
export const composeStatus = async (
  system: System,
  paths: Paths,
  applied: Applied | undefined,
  answerMs: number,
): Promise<StackStatus | undefined> => {
  const record = await readComposeRecord(system, paths);
  if (!record) return undefined;
  const places = stackPlaces(paths);
  const [containers, file, answer] = await Promise.all([
    stackContainers(system, record),
    readGatewayFile(system, places.gatewayFile).catch(() => undefined),
    system.net.local({ url: record.gateway.url }, '/health', answerMs),
  ]);
  if (containers?.length === 0) return undefined;
  const entries = file?.config.models ?? [];
  const models = withContainers(await observeStack(system, places, entries), entries, containers);
  const decisions =
    applied?.configHash === record.configHash
      ? [...decisionLines(applied.plan, applied.served), ...applied.steppedDown]
      : [];
  return {
    gateway: {
      ...{ url: record.gateway.url, answers: answer?.status === 200 },
      ...{ version: record.version, startedAt: record.startedAt },
    },
    pid: null,
    models,
    decisions: [...containerLines(containers), ...realityLines(applied, models), ...decisions],
  };
};
