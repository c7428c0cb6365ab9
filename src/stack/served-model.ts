import type { GatewayConfig, ServedModel } from '../api/gateway-config.ts';
import { gatewaySchemaVersion } from '../api/gateway-config.ts';
import type { Paths } from '../config/paths.ts';
import type { EngineCommand, EngineModel } from '../engines/engine.ts';
import type { LocalModel } from '../models/model.ts';
import type { GatewayRules } from './gateway-rules.ts';
import type { StackPlan } from './plan.ts';
import type { PlannedModel } from './planned-model.ts';

/** What an engine is told of the model that is served. */
export const engineModelOf = (planned: PlannedModel, local: LocalModel): EngineModel => ({
  id: planned.id ?? local.id,
  file: local.file,
  sha256: local.sha256,
  roles: planned.roles,
});

const servedModel = (
  plan: StackPlan,
  planned: PlannedModel,
  model: EngineModel,
  command: EngineCommand,
): ServedModel => ({
  id: model.id,
  roles: [...planned.roles],
  aliases: [],
  ...(plan.budget.contextTokens === undefined ? {} : { contextWindow: plan.budget.contextTokens }),
  capabilities: { chat: true, vision: false, embeddings: false, ...planned.capabilities },
  upstream: command.endpoint,
  engine: {
    name: plan.engine.name,
    file: model.file,
    command: { argv: [...command.argv], env: { ...command.env } },
  },
});

/** Copied, since what the schema describes may be changed. */
const rulesOf = ({ allowedHosts, allowedOrigins, trustedProxies, limits, routing }: GatewayRules) => ({
  allowedHosts: [...allowedHosts],
  allowedOrigins: [...allowedOrigins],
  trustedProxies: [...trustedProxies],
  limits,
  routing,
});

/** What `serve` is to do, worked out from the plan, the model that could be had and its engine's command. Pure. */
export const gatewayConfigOf = (
  plan: StackPlan,
  planned: PlannedModel,
  model: EngineModel,
  command: EngineCommand,
  paths: Paths,
): GatewayConfig => ({
  schemaVersion: gatewaySchemaVersion,
  listen: { host: plan.gateway.host, port: plan.gateway.port },
  exposure: plan.gateway.exposure,
  ...rulesOf(plan.gateway.rules),
  keysFile: paths.keysFile,
  stateFolder: paths.state,
  logs: { folder: paths.logs, level: plan.logLevel },
  models: [servedModel(plan, planned, model, command)],
});
