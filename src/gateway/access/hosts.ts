import { isIP } from 'node:net';

/** The name in a Host header, without its port, in lower case. */
const nameOf = (host: string): string =>
  (host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, '')).toLowerCase();

const isLocalName = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');

/**
 * Against DNS rebinding: a web page can have its own host name resolve to this machine, but can't make a browser send
 * another name than that. So addresses are fine, names only when they are ours. A request without a Host header comes
 * from no browser.
 */
export const hostCheck = (
  listenHost: string,
  allowedHosts: readonly string[],
): ((host: string | undefined) => boolean) => {
  const allowed = new Set([listenHost, ...allowedHosts].map((name) => name.toLowerCase()));
  const good = (host: string): boolean => {
    const name = nameOf(host);
    return isIP(name) !== 0 || isLocalName(name) || allowed.has(name) || allowed.has(host.toLowerCase());
  };
  // Nearly every request names the same one.
  let last = '';
  return (host) => {
    if (host === undefined || host === last) return true;
    if (!good(host)) return false;
    last = host;
    return true;
  };
};
