import { createClient } from '../../client/client.ts';
import { isFailure } from '../../errors.ts';
import type { KeyFacts } from '../facts.ts';

/** A gateway that is there answers this at once, ms. */
const limitMs = 1500;

/** What the gateway says to this key: 200, 401 for a refusal, another code; null when it does not answer. */
const statusWith = async (url: string, key: string | undefined): Promise<number | null> => {
  const client = createClient({ url, key });
  try {
    await client.models(AbortSignal.timeout(limitMs));
    return 200;
  } catch (caught) {
    if (!isFailure(caught)) return null;
    if (caught.code === 'KEY_REFUSED') return 401;
    const { status } = caught.params as { status?: unknown };
    return typeof status === 'number' ? status : null;
  } finally {
    await client.close();
  }
};

/** Asks with the owner's key, with one that was never given, and with none. */
export const probeKeys = async (url: string, owner: string | undefined): Promise<KeyFacts> => {
  const [good, wrong, none] = await Promise.all([
    owner === undefined ? null : statusWith(url, owner),
    statusWith(url, 'lai-doctor-asks-with-a-wrong-key'),
    statusWith(url, undefined),
  ]);
  return { owner: good, wrong, none };
};
