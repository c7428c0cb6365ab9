import { isIP } from 'node:net';

/** The name in a Host header, without its port, in lower case. */
const nameOf = (host: string): string =>
  (host.startsWith('[') ? host.slice(1, host.indexOf(']')) : host.replace(/:\d*$/, '')).toLowerCase();

const isLocalName = (name: string): boolean => name === 'localhost' || name.endsWith('.localhost');

/** A Host header as it can be repeated in a message: a name, or a word for one. */
export const harmlessHost = (host: string | undefined): string => {
  const name = nameOf(host ?? '');
  return /^[\w.-]{1,253}$/.test(name) ? name : '<name>';
};

/**
 * Against DNS rebinding: a web page can have its own host name resolve to this machine, but can't make a browser send
 * another name than that. So addresses are fine, names only when they are ours. A request without a Host header comes
 * from no browser. `*.` in front of an allowed name means all names below it.
 */
export const hostCheck = (
  listenHost: string,
  allowedHosts: readonly string[],
): ((host: string | undefined) => boolean) => {
  const names = [listenHost, ...allowedHosts].map((name) => name.toLowerCase());
  const allowed = new Set(names);
  const below = names.filter((name) => name.startsWith('*.')).map((name) => name.slice(1));
  const good = (host: string): boolean => {
    const name = nameOf(host);
    if (isIP(name) !== 0 || isLocalName(name)) return true;
    return (
      allowed.has(name) || allowed.has(host.toLowerCase()) || below.some((ending) => name.endsWith(ending))
    );
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
