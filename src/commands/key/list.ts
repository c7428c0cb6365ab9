import type { KeyUsage } from '../../api/usage.ts';
import { createClient } from '../../client/client.ts';
import { type KeyRecord, loadKeys, readOwnerKey } from '../../config/keys.ts';
import type { Context } from '../../context.ts';
import { isFailure } from '../../errors.ts';
import { formatDuration } from '../../output/figures.ts';
import { readServing } from '../../stack/serving.ts';
import { isOwnFile, keyFacts, ringOf } from './ring.ts';

/** How long the running gateway may take to say when keys were last used, ms. */
const usageMs = 3000;

/** When keys were last used, ms since 1970, by id; undefined when there is no running gateway to say it. */
const lastUses = async ({ system, paths }: Context): Promise<ReadonlyMap<string, number> | undefined> => {
  const running = await readServing(system, paths);
  if (!running) return undefined;
  const client = createClient({ url: running.gateway.url, key: await readOwnerKey(system, paths) });
  const signal = AbortSignal.timeout(usageMs);
  try {
    const { keys } = await client.usage(signal);
    return new Map(keys.map(({ id, lastUsed }: KeyUsage) => [id, lastUsed]));
  } catch (caught) {
    if (isFailure(caught) || signal.aborted) return undefined;
    throw caught;
  } finally {
    await client.close();
  }
};

const day = (time: number): string => new Date(time).toISOString().slice(0, 10);

const limitWords = ({ models, requestsPerMinute, parallel, priority }: KeyRecord): string =>
  [
    ...(models ? [models.join(', ')] : []),
    ...(requestsPerMinute === undefined ? [] : [`${requestsPerMinute} a minute`]),
    ...(parallel === undefined ? [] : [`${parallel} at once`]),
    ...(priority ? [`${priority} priority`] : []),
  ].join('; ') || '-';

const expiryWords = (expiresAt: number | undefined, now: number): string => {
  if (expiresAt === undefined) return 'never';
  return expiresAt <= now ? `${day(expiresAt)} (past)` : day(expiresAt);
};

/** Beyond this the day says more than a count of hours, ms. */
const recent = 48 * 3600 * 1000;

const agoWords = (past: number, time: number): string =>
  past < recent ? `${formatDuration(past)} ago` : day(time);

/** The keys there are, with what each may do and when it was last used. */
export const listKeys = async (context: Context, file: string | undefined): Promise<void> => {
  const { system, output } = context;
  const ring = ringOf(context, file);
  const now = system.clock.now();
  const [keys, uses] = await Promise.all([
    loadKeys(system, ring.file),
    isOwnFile(ring) ? lastUses(context) : undefined,
  ]);
  const lastUse = ({ id }: KeyRecord): string => {
    if (!uses) return 'not known';
    const time = uses.get(id);
    return time === undefined ? 'never' : agoWords(Math.max(0, now - time), time);
  };
  output.data({
    file: ring.file,
    lastUseKnown: uses !== undefined,
    keys: keys.map((key) => ({ ...keyFacts(key), lastUsed: uses?.get(key.id) ?? null })),
  });
  output.table(
    keys,
    [
      { title: 'NAME', value: ({ name }) => name },
      { title: 'FOR', value: ({ scopes }) => scopes.join(', ') },
      { title: 'LIMITS', value: limitWords },
      { title: 'CREATED', value: ({ createdAt }) => day(createdAt) },
      { title: 'EXPIRES', value: ({ expiresAt }) => expiryWords(expiresAt, now) },
      { title: 'LAST USE', value: lastUse },
    ],
    'No API key yet: `{localai} up` makes the owner key, `{localai} key create <name>` others.',
  );
  if (!uses && isOwnFile(ring))
    output.note('The last use is known to a running gateway only: `{localai} up`.');
};
