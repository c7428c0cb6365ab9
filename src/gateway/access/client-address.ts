import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';

/** An IPv4 address that came over an IPv6 socket, as what it is. */
const plain = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');

/** The first half of an IPv6 address in full. Whoever has one address has all of the network behind that half. */
const network = (address: string): string => {
  const [front = '', back] = address.split('::', 2);
  const groups = front === '' ? [] : front.split(':');
  const missing = back === undefined ? 0 : 8 - groups.length - (back === '' ? 0 : back.split(':').length);
  const first = [...groups, ...Array.from({ length: missing }, () => '0'), ...(back?.split(':') ?? [])];
  return `${first.slice(0, 4).join(':').toLowerCase()}::/64`;
};

/**
 * Whom limits count a request for: the address it comes from, or behind a proxy that is trusted, the one that this
 * proxy saw. What a client itself writes into X-Forwarded-For stands further left and is not looked at.
 */
export const clientAddress = (trustedProxies: readonly string[]): ((request: IncomingMessage) => string) => {
  const trusted = new Set(trustedProxies.map(plain));
  const seenBy = (address: string, { headers }: IncomingMessage): string => {
    const forwarded = headers['x-forwarded-for'];
    if (typeof forwarded !== 'string') return address;
    const hops = forwarded.split(',').map((hop) => plain(hop.trim()));
    let seen = address;
    while (trusted.has(seen)) {
      const before = hops.pop();
      if (before === undefined || isIP(before) === 0) break;
      seen = before;
    }
    return seen;
  };
  const counted = (address: string): string => (isIP(address) === 6 ? network(address) : address);
  // Nearly every request comes from where the last one did.
  let last = '';
  let lastCounted = '';
  return (request) => {
    const remote = request.socket.remoteAddress ?? 'unknown';
    if (trusted.size > 0) return counted(seenBy(plain(remote), request));
    if (remote === last) return lastCounted;
    last = remote;
    lastCounted = counted(plain(remote));
    return lastCounted;
  };
};
