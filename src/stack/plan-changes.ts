import { valueText } from '../config/value-forms.ts';
import type { Applied } from './applied.ts';
import type { GatewayRules } from './gateway-rules.ts';
import { budgetLine } from './plan-text.ts';

const address = ({ plan }: Applied): string => `${plan.gateway.host}:${plan.gateway.port}`;

const models = ({ served }: Applied): string =>
  served.map(({ planned, model: { id, file } }) => `${planned.id ?? id} (${file})`).join(' and ');

const engines = ({ plan }: Applied): string =>
  [...new Set(plan.servings.map(({ engine }) => engine.name))].join(' and ');

const budgets = ({ plan }: Applied): string =>
  [...new Set(plan.servings.map(({ budget }) => budgetLine(budget)))].join(' and ');

const ruleNames = ['allowedHosts', 'allowedOrigins', 'trustedProxies', 'limits', 'routing'] as const;

/** A rule of the gateway in a line; the plan of an older version has none. */
const rule = ({ plan }: Applied, name: (typeof ruleNames)[number]): string => {
  const rules: Partial<GatewayRules> = plan.gateway.rules ?? {};
  const { aliases = {}, ...routing } = rules.routing ?? {};
  return valueText(name === 'routing' ? { ...routing, ...aliases } : rules[name]) || 'none';
};

/** What differs between what runs and what is to run, a line each. */
export const planChanges = (now: Applied, next: Applied): readonly string[] => {
  if (now.configHash === next.configHash && now.version === next.version) return [];
  const pairs: readonly (readonly [string, string, string])[] = [
    ['localai', now.version, next.version],
    ['address', address(now), address(next)],
    ['model', models(now), models(next)],
    ['engine', engines(now), engines(next)],
    ['settings', budgets(now), budgets(next)],
    ...ruleNames.map((name) => [name, rule(now, name), rule(next, name)] as const),
    ['log level', now.plan.logLevel, next.plan.logLevel],
  ];
  const named = pairs.filter(([, a, b]) => a !== b).map(([what, a, b]) => `${what}: ${a} → ${b}`);
  return named.length > 0 ? named : ["an engine's command line"];
};
