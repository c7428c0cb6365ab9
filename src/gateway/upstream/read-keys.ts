import type { GatewayConfig } from '../../api/gateway-config.ts';
import { failure, reason } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import type { UpstreamKeys } from '../served-models.ts';

type Source = NonNullable<GatewayConfig['models'][number]['upstreamKey']>;

const plainKey = async ({ env, files }: System, source: Source): Promise<string | undefined> =>
  ('file' in source ? await files.readText(source.file) : env[source.variable])?.trim();

/** The keys that engines ask for, read anew from where gateway.yaml says. Throws UPSTREAM_KEY. */
export const readUpstreamKeys = async (
  system: System,
  models: GatewayConfig['models'],
): Promise<UpstreamKeys> => {
  const keys = new Map<string, string>();
  for (const { id, upstreamKey } of models) {
    if (!upstreamKey) continue;
    const where = 'file' in upstreamKey ? upstreamKey.file : upstreamKey.variable;
    const key = await plainKey(system, upstreamKey).catch((caught: unknown) => {
      throw failure('UPSTREAM_KEY', { model: id, problem: `${where}: ${reason(caught)}` }, caught);
    });
    // What cannot stand in a header would fail each request.
    if (!key || !/^[\x21-\x7e]+$/.test(key)) {
      const problem = `${where} ${key ? 'holds something else' : 'is empty or not there'}`;
      throw failure('UPSTREAM_KEY', { model: id, problem });
    }
    keys.set(id, key);
  }
  return keys;
};
