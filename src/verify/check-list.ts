import type { GatewayCheck, ModelCheck } from './check.ts';
import { accessChecks } from './checks/access-checks.ts';
import { chatChecks } from './checks/chat-checks.ts';
import { formChecks } from './checks/form-checks.ts';
import { gatewayChecks } from './checks/gateway-checks.ts';
import { loadChecks } from './checks/load-checks.ts';
import { longChecks } from './checks/long-checks.ts';
import { metricsCheck } from './checks/metrics-check.ts';
import { specialChecks } from './checks/special-checks.ts';
import { toolChecks } from './checks/tool-checks.ts';

/** In the order in which they run: the gateway, each model, and at the end what was counted. */
export const firstChecks: readonly GatewayCheck[] = [...gatewayChecks, ...accessChecks];

export const modelChecks: readonly ModelCheck[] = [
  ...[...chatChecks, ...toolChecks, ...formChecks, ...specialChecks, ...longChecks, ...loadChecks],
];

export const lastChecks: readonly GatewayCheck[] = [metricsCheck];

export const checkIds: readonly string[] = [...firstChecks, ...modelChecks, ...lastChecks].map(
  ({ id }) => id,
);

/** These checks, and those in which the model has no choice that belong to them. */
export const withForced = (ids: readonly string[]): ReadonlySet<string> =>
  new Set(ids.flatMap((id) => [id, modelChecks.find((check) => check.id === id)?.forced ?? id]));
