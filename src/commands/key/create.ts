import { createKey } from '../../config/key-ring.ts';
import type { Context } from '../../context.ts';
import { isFailure } from '../../errors.ts';
import { readGatewayFile } from '../../stack/gateway-file.ts';
import { expiryField } from './expiry.ts';
import type { CreateOptions } from './options.ts';
import { isOwnFile, ringOf, showMade } from './ring.ts';

/** Says which of the models that a key is for are not served here now: a slip, or for later. */
const warnOfUnknown = async (
  { system, paths, output }: Context,
  models: readonly string[],
): Promise<void> => {
  const loaded = await readGatewayFile(system, paths.gatewayFile).catch((caught: unknown) => {
    if (isFailure(caught)) return undefined;
    throw caught;
  });
  if (!loaded) return;
  const known: readonly string[] = loaded.config.models.flatMap(({ id, roles }) => [id, ...roles]);
  const unknown = models.filter((name) => !known.includes(name));
  if (unknown.length > 0)
    output.warn(`not served here now: ${unknown.join(', ')} (there are ${known.join(', ')})`);
};

export const makeKey = async (
  context: Context,
  name: string,
  options: CreateOptions & { readonly file?: string },
): Promise<void> => {
  const { scopes, models, rpm, parallel, expires, priority, file } = options;
  const ring = ringOf(context, file);
  const made = await createKey(ring, {
    name,
    scopes: [...scopes],
    ...(models ? { models: [...models] } : {}),
    ...(rpm === undefined ? {} : { requestsPerMinute: rpm }),
    ...(parallel === undefined ? {} : { parallel }),
    ...(expires === undefined ? {} : { expiresAt: expiryField(expires) }),
    ...(priority ? { priority } : {}),
  });
  showMade(context, made, ring.file);
  context.output.note(
    'This is the only time the key is shown; a hash of it is kept. A running gateway takes it at once.',
  );
  if (models && isOwnFile(ring)) await warnOfUnknown(context, models);
};
