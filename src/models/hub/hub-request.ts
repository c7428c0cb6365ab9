import { failure } from '../../errors.ts';
import type { HttpAnswer } from '../../system/net.ts';
import type { System } from '../../system/system.ts';
import { type HubTarget, hubFault } from './hub-fault.ts';
import type { HubSettings } from './settings.ts';

export interface HubRequest {
  readonly url: string;
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
  readonly target: HubTarget;
  readonly signal: AbortSignal;
  /** False leaves a redirect to another machine alone: the answer before it has the facts. */
  readonly leaveHub?: boolean;
}

const mostRedirects = 5;

/** Short: a firewall that swallows packets must not look like a hang. */
const connectTimeoutMs = 5000;

const redirects: readonly number[] = [301, 302, 303, 307, 308];

const originOf = (url: string): string | undefined => {
  try {
    return new URL(url).origin;
  } catch {
    return undefined;
  }
};

/** Reads the rest of an answer that nobody wants, so that its connection can be used again. */
export const discard = async ({ body }: HttpAnswer): Promise<void> => {
  await body.dump({ limit: 64 * 1024 });
};

const headersFor = (
  { token, endpoint }: HubSettings,
  url: string,
  own: Readonly<Record<string, string>> = {},
): Record<string, string> => {
  // The token is for the hub alone; the machines that it sends us to get none.
  const forHub = token !== undefined && originOf(url) === originOf(endpoint);
  return {
    'user-agent': 'localai',
    'accept-encoding': 'identity',
    ...own,
    ...(forHub ? { authorization: `Bearer ${token}` } : {}),
  };
};

const checkSettings = ({ endpoint, token }: HubSettings, { repo }: HubTarget): void => {
  if (!/^https?:\/\/[^/]/.test(endpoint) || originOf(endpoint) === undefined) {
    throw failure('HUB_UNREACHABLE', { endpoint, problem: 'HF_ENDPOINT is not an address' });
  }
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token)) {
    throw failure('HUB_TOKEN', { model: repo, page: `${endpoint}/settings/tokens` });
  }
};

/**
 * Asks the hub, following its redirects. An answer that is no success is thrown as what it means (HUB_GATED,
 * HUB_TOKEN, HUB_NOT_FOUND, HUB_FAILED); 416 is handed back, since it is about the range that was asked for.
 */
export const hubRequest = async (
  system: System,
  settings: HubSettings,
  request: HubRequest,
): Promise<HttpAnswer> => {
  checkSettings(settings, request.target);
  let { url } = request;
  for (let hop = 0; hop <= mostRedirects; hop++) {
    const answer = await system.net.http(url, {
      method: request.method ?? 'GET',
      headers: headersFor(settings, url, request.headers),
      connectTimeoutMs,
      headersTimeoutMs: settings.answerTimeoutMs,
      bodyTimeoutMs: settings.stallTimeoutMs,
      signal: request.signal,
    });
    if (answer.status === 200 || answer.status === 206 || answer.status === 416) return answer;
    const { location } = answer.headers;
    if (!redirects.includes(answer.status) || typeof location !== 'string') {
      await discard(answer);
      throw hubFault(answer, settings, request.target, url);
    }
    const next = new URL(location, url).href;
    const leaves = originOf(next) !== originOf(settings.endpoint);
    if (leaves && request.leaveHub === false) return answer;
    await discard(answer);
    url = next;
  }
  throw failure('HUB_UNREACHABLE', { endpoint: settings.endpoint, problem: 'it sends us around in circles' });
};
