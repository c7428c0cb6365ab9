import { reason } from '../../errors.ts';
import type { Upstream } from './upstream.ts';

/** How long an engine may take to say how it is, ms. A long prompt on a small machine holds it for a third of a second. */
const answerMs = 5000;

/**
 * Asks a server how it is, on a connection of its own. Undefined when it is well: it answers, with whatever but a 5xx; not
 * every one knows the route. Else what is wrong.
 */
export const askHealth = async (
  { fresh, prefix, authorization }: Upstream,
  signal: AbortSignal,
): Promise<string | undefined> => {
  try {
    const { statusCode, body } = await fresh.request({
      method: 'GET',
      path: `${prefix}/health`,
      headers: authorization === undefined ? {} : { authorization },
      headersTimeout: answerMs,
      bodyTimeout: answerMs,
      reset: true,
      signal,
    });
    await body.dump();
    return statusCode < 500 ? undefined : `it answers ${statusCode} when it is asked how it is`;
  } catch (caught) {
    const { code } = caught as NodeJS.ErrnoException;
    return code ?? reason(caught);
  }
};
