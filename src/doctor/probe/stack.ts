import { createClient } from '../../client/client.ts';
import { readOwnerKey } from '../../config/keys.ts';
import type { Paths } from '../../config/paths.ts';
import { isFailure } from '../../errors.ts';
import type { Known } from '../../machine/known.ts';
import { type LoadedGatewayFile, readGatewayFile } from '../../stack/gateway-file.ts';
import { type StackStatus, stackStatus } from '../../stack/status.ts';
import type { System } from '../../system/system.ts';
import type { StackFacts } from '../facts.ts';
import { probeKeys } from './keys.ts';
import { probeToolCall } from './tool-call.ts';

/** A connection within this machine is there at once or not at all, ms. */
const reachMs = 400;

const gatewayFile = async (system: System, paths: Paths): Promise<LoadedGatewayFile | undefined> => {
  try {
    return await readGatewayFile(system, paths.gatewayFile);
  } catch (caught) {
    if (isFailure(caught)) return undefined;
    throw caught;
  }
};

const reachable = (system: System, port: number): Promise<StackFacts['lan']> =>
  Promise.all(
    system.net.addresses().map(async (address) => ({
      address,
      outcome: await system.net.reach(address, port, reachMs),
    })),
  );

const dead = { notChecked: 'the gateway does not answer' } as const;

const look = async (
  system: System,
  paths: Paths,
  status: StackStatus & { readonly gateway: NonNullable<StackStatus['gateway']> },
  signal: AbortSignal,
  quick: boolean,
): Promise<StackFacts> => {
  const { gateway, models } = status;
  const [file, owner] = await Promise.all([gatewayFile(system, paths), readOwnerKey(system, paths)]);
  const client = createClient({ url: gateway.url, key: owner });
  const tools = new Set(file?.config.models.filter((one) => one.capabilities.tools).map(({ id }) => id));
  try {
    const [key, toolCall, lan] = await Promise.all([
      gateway.answers ? probeKeys(gateway.url, owner).then((value) => ({ value })) : dead,
      gateway.answers && !quick
        ? probeToolCall(client, models, tools, signal)
        : gateway.answers
          ? { notChecked: 'left out with --quick' }
          : dead,
      reachable(system, Number(new URL(gateway.url).port)),
    ]);
    return {
      ...{ url: gateway.url, version: gateway.version, answers: gateway.answers },
      ...{ exposure: file?.config.exposure ?? null, models, key, toolCall, lan },
    };
  } finally {
    await client.close();
  }
};

/** Looks at what runs: asks the gateway with good, wrong and no key, and for one tool call. Null: nothing runs. */
export const probeStack = async (
  system: System,
  paths: Paths,
  signal: AbortSignal,
  quick: boolean,
): Promise<Known<StackFacts | null>> => {
  const status = await stackStatus(system, paths);
  if (!status) return { value: null };
  const { gateway } = status;
  if (!gateway) return { notChecked: `the server (process ${status.pid}) is starting` };
  return { value: await look(system, paths, { ...status, gateway }, signal, quick) };
};
