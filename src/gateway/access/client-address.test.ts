import type { IncomingMessage } from 'node:http';
import { expect, test } from 'vitest';
import { clientAddress } from './client-address.ts';

const from = (remoteAddress: string | undefined, forwarded?: string): IncomingMessage =>
  ({ socket: { remoteAddress }, headers: { 'x-forwarded-for': forwarded } }) as unknown as IncomingMessage;

test.each([
  ['10.0.0.1', '10.0.0.1'],
  ['::ffff:10.0.0.1', '10.0.0.1'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:DB8::1', '2001:db8:0:0::/64'],
  ['fe80::', 'fe80:0:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  [undefined, 'unknown'],
])('%s counts as %s', (remote, counted) => {
  expect(clientAddress([])(from(remote))).toBe(counted);
});

test.each([
  ['a proxy that is not trusted', [], '10.0.0.9', '1.2.3.4', '10.0.0.9'],
  ['one that is', ['10.0.0.9'], '10.0.0.9', '1.2.3.4', '1.2.3.4'],
  ['what the client made up', ['10.0.0.9'], '10.0.0.9', '6.6.6.6, 1.2.3.4', '1.2.3.4'],
  ['two that are trusted', ['10.0.0.9', '10.0.0.8'], '10.0.0.9', '6.6.6.6, 1.2.3.4, 10.0.0.8', '1.2.3.4'],
  ['no address', ['10.0.0.9'], '10.0.0.9', 'unknown', '10.0.0.9'],
  ['an empty one', ['10.0.0.9'], '10.0.0.9', '', '10.0.0.9'],
  ['over IPv6', ['10.0.0.9'], '::ffff:10.0.0.9', '2001:db8::7', '2001:db8:0:0::/64'],
  ['a client that only says it is behind one', ['10.0.0.9'], '5.5.5.5', '10.0.0.1', '5.5.5.5'],
])('%s', (_what, trusted, remote, forwarded, counted) => {
  expect(clientAddress(trusted)(from(remote, forwarded))).toBe(counted);
});
