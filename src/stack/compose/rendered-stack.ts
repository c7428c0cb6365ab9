import type { GatewayConfig } from '../../api/gateway-config.ts';
import type { EngineService } from '../../engines/engine.ts';
import { parseHubReference } from '../../models/hub-reference.ts';
import { renderGatewayFile } from '../gateway-file.ts';
import { isLoopback } from '../loopback.ts';
import type { StackPlan } from '../plan.ts';
import { gatewayConfigOf, type ServedNow, servedModelOf } from '../served-model.ts';
import { renderCompose } from './render.ts';
import type { StackEnv } from './variables.ts';

/** The port of the gateway inside its container. */
const innerPort = 8080;

export interface RenderParts {
  readonly template: string;
  readonly project: string;
  readonly folder: string;
  readonly version: string;
  readonly plan: StackPlan;
  readonly served: readonly ServedNow[];
  /** By the place of what they serve. */
  readonly services: readonly EngineService[];
  /** The values that hold. */
  readonly values: StackEnv;
}

export interface RenderedStack {
  readonly compose: string;
  readonly gateway: string;
  readonly config: GatewayConfig;
}

/** Where the gateway is published: what .env says, not what was planned. */
export const publishedAt = ({
  LOCALAI_BIND,
  LOCALAI_PORT,
}: Pick<StackEnv, 'LOCALAI_BIND' | 'LOCALAI_PORT'>): {
  readonly host: string;
  readonly port: number;
  readonly url: string;
} => {
  const host = LOCALAI_BIND.replace(/^\[|\]$/g, '');
  const port = Number(LOCALAI_PORT);
  const everywhere = host === '0.0.0.0' || host === '::';
  const name = everywhere ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host;
  return { host, port, url: `http://${name}:${port}` };
};

/** The repository of a hub reference; undefined for a path. */
const repositoryOf = (reference: string): string | undefined =>
  reference.startsWith('hf:') ? parseHubReference(reference.slice(3), reference).repo : undefined;

/** Revision and all: what `pull` is told. */
const pulled = (references: readonly string[]): readonly string[] => [
  ...new Set(references.flatMap((one) => (one.startsWith('hf:') ? [one.slice(3)] : []))),
];

/** The stack's own files, from the plan and what could be had. Pure. */
export const renderStack = (parts: RenderParts): RenderedStack => {
  const { template, plan, served, services, values } = parts;
  const models = served.flatMap((now, index) => {
    const service = services[index];
    if (!service) return [];
    const { budget, turns } = plan.servings[index] ?? {};
    const entry = servedModelOf(now, budget?.contextTokens, { kind: 'container', service }, turns);
    const repository = repositoryOf(now.planned.reference);
    return [{ ...entry, aliases: repository === undefined ? [] : [repository] }];
  });
  const { host } = publishedAt(values);
  const exposure = isLoopback(host) ? 'loopback' : 'lan';
  const config: GatewayConfig = {
    ...gatewayConfigOf(plan, models, {
      keysFile: '/keys/keys.json',
      stateFolder: '/data',
      logsFolder: '/logs',
      listen: { host: '0.0.0.0', port: innerPort },
    }),
    exposure,
  };
  const compose = renderCompose(template, {
    ...{ project: parts.project, folder: parts.folder, version: parts.version, services },
    repositories: pulled(served.map(({ planned }) => planned.reference)),
  });
  return { compose, gateway: renderGatewayFile(config), config };
};
