import type { IncomingHttpHeaders } from 'node:http';

/** Web pages of this machine, whatever their port. */
const localOrigin =
  /^https?:\/\/(?:localhost|(?:[a-z0-9-]+\.)+localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

/** Whether the pages of an origin may read our answers. `allowed`: further origins, or `*` for all. */
export const originCheck = (allowed: readonly string[]): ((origin: string) => boolean) => {
  const listed = new Set(allowed.map((origin) => origin.toLowerCase().replace(/\/$/, '')));
  return (origin) => localOrigin.test(origin) || listed.has('*') || listed.has(origin.toLowerCase());
};

/** What a page may read of an answer's headers. */
const exposed = 'x-request-id, x-localai-model, x-localai-route, retry-after';

/** For every answer to a page that may read it. */
export const corsHeaders = (origin: string): readonly string[] => [
  ...['access-control-allow-origin', origin],
  ...['access-control-expose-headers', exposed],
  ...['vary', 'Origin'],
];

/** For the answer to a browser's question whether it may send a request. */
export const preflightHeaders = (asked: IncomingHttpHeaders): readonly string[] => {
  const wanted = asked['access-control-request-headers'] ?? 'authorization, content-type';
  const privateNetwork = asked['access-control-request-private-network'] === 'true';
  return [
    ...['access-control-allow-methods', 'GET, POST, OPTIONS'],
    ...['access-control-allow-headers', wanted],
    ...['access-control-max-age', '600'],
    ...(privateNetwork ? ['access-control-allow-private-network', 'true'] : []),
  ];
};
