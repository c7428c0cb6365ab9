import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Role } from '../../../src/api/models.ts';
import { wildcard } from '../../../src/api/wildcard.ts';
import { hashKey } from '../../../src/config/keys.ts';
import { clientAddress } from '../../../src/gateway/access/client-address.ts';
import { hostCheck } from '../../../src/gateway/access/hosts.ts';
import { keyTable } from '../../../src/gateway/keys/key-table.ts';
import { presentedKey } from '../../../src/gateway/keys/presented-key.ts';
import { canonicalPath } from '../../../src/gateway/routing/canonical-path.ts';
import { createRouter, type RequestKind } from '../../../src/gateway/routing/router.ts';
import { keyRecord } from '../gateway.ts';
import { runs } from './runs.ts';

const kind = fc.constantFrom<RequestKind>('chat', 'completion', 'embedding');
const roles = fc.subarray<Role>(['coder', 'general', 'autocomplete', 'embedding']);
const name = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.stringMatching(/^[a-cA-C*.()+-]{1,6}$/),
  fc.constantFrom(
    'gpt-4o',
    'claude-x',
    'coder',
    'Qwen-Coder',
    'mistral',
    'constructor',
    '__proto__',
    'toString',
  ),
);
const model = fc.record({ id: name, roles, aliases: fc.array(name, { maxLength: 3 }) });
const models = fc.array(model, { minLength: 1, maxLength: 4 });

test('whatever the models and the name, there is one answer, however it is written, and a reason in plain ASCII', () => {
  fc.assert(
    fc.property(models, name, kind, fc.boolean(), ([first, ...others], asked, what, strict) => {
      if (!first) return;
      const served = [first, ...others] as const;
      const router = createRouter(served, { strict, aliases: {} });
      const found = router.route(asked, what);
      expect(router.route(asked, what)).toEqual(found);
      expect(router.route(asked.toLowerCase(), what)?.model).toBe(found?.model);
      if (!strict) expect(served).toContain(found?.model);
      if (found) expect(found.why).toMatch(/^[\x20-\x7e]+$/);
      const exact = served.find(({ id }) => id.toLowerCase() === asked.toLowerCase() && !id.includes('*'));
      if (exact) expect(found).toEqual({ model: exact, why: 'id' });
      expect(router.route(undefined, what) === undefined).toBe(strict);
    }),
    { numRuns: runs.names },
  );
});

test('a pattern fits what a regular expression would', () => {
  const letters = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*', '\n'), maxLength: 8 });
  fc.assert(
    fc.property(letters, letters, (pattern, text) => {
      const source = pattern.split('*').map((part) => part.replaceAll('.', '\\.'));
      expect(wildcard(pattern)(text)).toBe(new RegExp(`^${source.join('.*')}$`, 's').test(text));
    }),
    { numRuns: runs.patterns },
  );
});

const routes = ['/', '/health', '/tokenize', '/v1/models', '/v1/chat/completions', '/v1/embeddings'];
const known = new Set(routes);

test('an address may be written in many ways, and understood once is understood', () => {
  const canonical = canonicalPath(known);
  const slashes = fc.constantFrom('/', '//', '///');
  const query = fc.constantFrom('', '?', '?beta=true', '?a=//v1//');
  const versions = fc.integer({ min: 0, max: 3 });
  fc.assert(
    fc.property(
      fc.constantFrom(...routes.slice(1)),
      versions,
      slashes,
      fc.boolean(),
      query,
      (route, times, slash, trailing, asked) => {
        const bare = route.replace(/^\/v1/, '');
        const written = `${'/v1'.repeat(times)}${bare}`.replaceAll('/', slash) + (trailing ? slash : '');
        expect(canonical(written + asked)).toBe(route + asked);
      },
    ),
    { numRuns: runs.paths / 2 },
  );
  const part = fc.oneof(
    fc.constantFrom('/', 'v1', '/v1/', '?', 'health', 'models', '%2f', '..'),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const once = canonical(`/${parts.join('')}`);
      expect(once[0]).toBe('/');
      expect(canonical(once)).toBe(once);
    }),
    { numRuns: runs.paths / 2 },
  );
});

test('a key is found as it was sent, and no other is', () => {
  const plain = fc.stringMatching(/^[\x21-\x7e]{1,40}$/);
  const records = ['one', 'two', 'three'].map((id) => keyRecord({ id, name: id, sha256: hashKey(id) }));
  const find = keyTable(records);
  fc.assert(
    fc.property(plain, fc.mixedCase(fc.constant('bearer')), fc.nat({ max: 4 }), (key, word, spaces) => {
      const gap = ' '.repeat(spaces);
      expect(presentedKey({ authorization: `${word} ${gap}${key}${gap}` })).toBe(key);
      expect(presentedKey({ 'x-api-key': key })).toBe(key);
      expect(presentedKey({ 'api-key': key, authorization: 'Basic x' })).toBe(key);
      expect(find(key)?.id).toBe(records.some(({ id }) => id === key) ? key : undefined);
    }),
    { numRuns: runs.keys / 2 },
  );
  const header = fc.oneof(
    fc.string(),
    fc.constantFrom('Bearer', 'Bearer ', 'bearer a b', ''),
    fc.constant(undefined),
  );
  fc.assert(
    fc.property(header, header, header, (authorization, x, api) => {
      const headers = { authorization, 'x-api-key': x, 'api-key': api };
      const found = presentedKey(headers as Record<string, string>);
      if (found !== undefined) expect(found).not.toBe('');
      for (const { id } of records) expect(find(id)?.id).toBe(id);
    }),
    { numRuns: runs.keys / 2 },
  );
});

test('only our own names, addresses and those that are allowed are answered', () => {
  const label = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
  const foreign = fc
    .tuple(
      fc.array(fc.oneof(label, fc.constantFrom('localhost', '127.0.0.1', 'box.lan')), {
        minLength: 1,
        maxLength: 3,
      }),
      label,
    )
    .map(([labels, top]) => [...labels, top].join('.'));
  const port = fc.constantFrom('', ':', ':80', ':8080');
  fc.assert(
    fc.property(foreign, port, fc.ipV4(), fc.ipV6(), (host, at, v4, v6) => {
      const isOurs = hostCheck('127.0.0.1', ['box.lan', '*.example.org']);
      const ours = host === 'box.lan' || host.endsWith('.example.org') || host.endsWith('.localhost');
      expect(isOurs(host + at)).toBe(ours || isIP(host) !== 0);
      expect([v4 + at, `[${v6}]${at}`, `localhost${at}`, `a.b.LOCALHOST${at}`].map(isOurs)).toEqual([
        true,
        true,
        true,
        true,
      ]);
    }),
    { numRuns: runs.hosts },
  );
});

test('what a client says of its address counts only behind a proxy that is trusted', () => {
  const hop = fc.oneof(
    fc.ipV4(),
    fc.ipV6(),
    fc.string({ maxLength: 8 }),
    fc.constantFrom('10.0.0.1', '::ffff:1.2.3.4'),
  );
  const address = fc.oneof(fc.ipV4(), fc.ipV6(), fc.constantFrom('10.0.0.1', '::ffff:10.0.0.1'));
  const from = (remoteAddress: string, hops: readonly string[]) =>
    ({
      socket: { remoteAddress },
      headers: { 'x-forwarded-for': hops.join(', ') },
    }) as unknown as IncomingMessage;
  fc.assert(
    fc.property(address, fc.array(hop, { maxLength: 4 }), (remote, hops) => {
      const direct = clientAddress([])(from(remote, []));
      expect(direct).not.toBe('');
      expect(clientAddress([])(from(remote, hops))).toBe(direct);
      const behind = clientAddress(['10.0.0.1']);
      const isProxy = /^(?:::ffff:)?10\.0\.0\.1$/.test(remote);
      if (!isProxy) expect(behind(from(remote, hops))).toBe(direct);
      expect(behind(from(remote, [...hops, '9.9.9.9']))).toBe(isProxy ? '9.9.9.9' : direct);
    }),
    { numRuns: runs.addresses },
  );
});
