import type { ClientOptions } from '../../client/client.ts';
import { readOwnerKey } from '../../config/keys.ts';
import type { Context } from '../../context.ts';
import { failure } from '../../errors.ts';
import { readServing } from '../../stack/serving.ts';

/** `--url`, in the form of a URL. Throws USAGE. */
const checkedUrl = (given: string, command: string): string => {
  const url = URL.parse(given.includes('://') ? given : `http://${given}`);
  if (url && /^https?:$/.test(url.protocol)) return url.href;
  throw failure('USAGE', { problem: `${given} is not the address of a gateway.`, command });
};

/**
 * Which gateway to talk to, and with which key: the one of this machine with the owner's key, or the one that --url or
 * LOCALAI_URL names with the key in LOCALAI_API_KEY. The owner's key is never sent to another machine.
 * `command` is the verb that wants to know. Throws NOT_RUNNING.
 */
export const findGateway = async (
  context: Context,
  url: string | undefined,
  command: string,
): Promise<ClientOptions> => {
  const { system, paths } = context;
  const remote = url ?? system.env['LOCALAI_URL'];
  const key = system.env['LOCALAI_API_KEY'] || undefined;
  if (remote) return { url: checkedUrl(remote, command), key };
  const running = await readServing(system, paths);
  if (!running) throw failure('NOT_RUNNING', {});
  return { url: running.gateway.url, key: key ?? (await readOwnerKey(system, paths)) };
};
