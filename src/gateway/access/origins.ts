import type { IncomingHttpHeaders } from 'node:http';
import { wildcard } from '../../api/wildcard.ts';

/** Web pages of this machine, whatever their port. */
const localOrigin =
  /^https?:\/\/(?:localhost|(?:[a-z0-9-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** Whether a page is one of our own, seen under the name in its request's (checked) Host header. */
const isOwn = (origin: string, host: string | undefined): boolean =>
  host !== undefined && (origin === `http://${host}` || origin === `https://${host}`);

/** Whether the pages of an origin may read our answers. `allowed`: further origins; `*` in one matches anything. */
export const originCheck = (
  allowed: readonly string[],
): ((origin: string, host: string | undefined) => boolean) => {
  const listed = allowed.map((origin) => wildcard(origin.toLowerCase().replace(/\/$/, '')));
  return (origin, host) =>
    localOrigin.test(origin) || isOwn(origin, host) || listed.some((fits) => fits(origin.toLowerCase()));
};

/** An origin as it can be repeated in a message. */
export const harmlessOrigin = (origin: string): string =>
  /^[a-z][\w+.-]{0,30}:\/\/[\w.:[\]-]{1,253}$/i.test(origin) ? origin : '<origin>';

/**
 * For every answer to a page that may read it. `*`: all headers, since no answer is ever given with credentials that
 * the browser itself keeps.
 */
export const corsHeaders = (origin: string): readonly string[] => [
  ...['access-control-allow-origin', origin],
  ...['access-control-expose-headers', '*'],
  ...['vary', 'Origin'],
];

/** Names of headers as a page may ask for them: the SDKs in a browser send `x-stainless-*` and `anthropic-*`. */
const headerNames = /^[\w!#$%&'*+.^`|~-]+(?:\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;

/** For the answer to a browser's question whether a page that may use us can send a request. */
export const preflightHeaders = (asked: IncomingHttpHeaders): readonly string[] => {
  const wanted = asked['access-control-request-headers'] ?? '';
  const privateNetwork = asked['access-control-request-private-network'] === 'true';
  return [
    ...['access-control-allow-methods', 'GET, HEAD, POST, PUT, DELETE, OPTIONS'],
    ...['access-control-allow-headers', headerNames.test(wanted) ? wanted : 'authorization, content-type'],
    ...['access-control-max-age', '600'],
    ...(privateNetwork ? ['access-control-allow-private-network', 'true'] : []),
  ];
};
