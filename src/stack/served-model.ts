import type { GatewayConfig, ServedModel } from '../api/gateway-config.ts';
import { gatewaySchemaVersion } from '../api/gateway-config.ts';
import type { EngineName } from '../api/models.ts';
import type { EngineModel } from '../engines/engine.ts';
import type { LocalModel } from '../models/model.ts';
import type { GatewayRules } from './gateway-rules.ts';
import type { Launch } from './launcher.ts';
import type { StackPlan } from './plan.ts';
import type { PlannedModel } from './planned-model.ts';

/** A model that could be had, and the engine that serves it. */
export interface ServedNow {
  readonly engine: EngineName;
  /** The one of its serving's models that could be had. */
  readonly planned: PlannedModel;
  readonly model: LocalModel;
}

/** What an engine is told of the model that is served. */
export const engineModelOf = (planned: PlannedModel, local: LocalModel): EngineModel => ({
  id: planned.id ?? local.id,
  reference: planned.reference,
  file: local.file,
  sha256: local.sha256,
  roles: planned.roles,
});

/** The parts of an entry that say how its engine is reached. */
const reached = (
  launch: Launch,
): Pick<ServedModel, 'upstream' | 'upstreamKey' | 'upstreamModel' | 'contextWindow'> => {
  switch (launch.kind) {
    case 'process':
      return { upstream: launch.command.endpoint };
    case 'container':
      return { upstream: launch.service.endpoint };
    case 'address': {
      const { endpoint, key, model, contextTokens } = launch.address;
      return {
        upstream: endpoint,
        ...(key === undefined ? {} : { upstreamKey: key }),
        ...(model === undefined ? {} : { upstreamModel: model }),
        ...(contextTokens === undefined ? {} : { contextWindow: contextTokens }),
      };
    }
  }
};

/** The entry of gateway.yaml for one model. Pure. */
export const servedModelOf = (
  { engine, planned, model }: ServedNow,
  contextTokens: number | undefined,
  launch: Launch,
  turns?: ServedModel['turns'],
): ServedModel => {
  const { id, file } = engineModelOf(planned, model);
  const embeddings = planned.capabilities.embeddings ?? false;
  return {
    id,
    roles: [...planned.roles],
    aliases: [],
    ...(contextTokens === undefined ? {} : { contextWindow: contextTokens }),
    capabilities: { vision: false, ...planned.capabilities, chat: !embeddings, embeddings },
    ...reached(launch),
    ...(turns === undefined ? {} : { turns: { ...turns } }),
    engine: {
      name: engine,
      file,
      ...(launch.kind === 'process'
        ? { command: { argv: [...launch.command.argv], env: { ...launch.command.env } } }
        : {}),
    },
  };
};

/** Copied, since what the schema describes may be changed. */
const rulesOf = ({ allowedHosts, allowedOrigins, trustedProxies, limits, routing }: GatewayRules) => ({
  allowedHosts: [...allowedHosts],
  allowedOrigins: [...allowedOrigins],
  trustedProxies: [...trustedProxies],
  limits,
  routing,
});

/** Where the gateway finds and keeps things: on the host, or as they are mounted into its container. */
export interface GatewayPlaces {
  readonly keysFile: string;
  readonly stateFolder: string;
  /** Absent: it logs to stdout. */
  readonly logsFolder?: string;
  /** Where it listens, where that is not what the plan says: inside a container. */
  readonly listen?: GatewayConfig['listen'];
}

/** What `serve` is to do, worked out from the plan and the models that could be had. Pure. */
export const gatewayConfigOf = (
  plan: StackPlan,
  models: readonly ServedModel[],
  { keysFile, stateFolder, logsFolder, listen }: GatewayPlaces,
): GatewayConfig => ({
  schemaVersion: gatewaySchemaVersion,
  listen: listen ?? { host: plan.gateway.host, port: plan.gateway.port },
  exposure: plan.gateway.exposure,
  ...rulesOf(plan.gateway.rules),
  keysFile,
  stateFolder,
  logs: { ...(logsFolder === undefined ? {} : { folder: logsFolder }), level: plan.logLevel },
  models: [...models],
});
