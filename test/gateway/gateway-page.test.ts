import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseGatewayFile } from '../../src/stack/gateway-file.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/gateway.md'), 'utf8');

const examples = [...page.matchAll(/^```yaml\n(.*?)^```/gms)].map(([, text]) => text ?? '');

test('its files are files that are taken', () => {
  expect(examples.length).toBeGreaterThan(1);
  for (const text of examples) expect(parseGatewayFile(text, 'gateway.yaml').config.models).not.toEqual([]);
});

/** Names of headers that stand in the gateway's sources. */
const headersOf = (...files: readonly string[]): readonly string[] =>
  files.flatMap((file) => {
    const text = readFileSync(join(import.meta.dirname, '../../src/gateway', file), 'utf8');
    return [...text.matchAll(/'(x-(?:localai|ratelimit|request)-[a-z-]+)'/g)].map(([, name]) => name ?? '');
  });

test('every header of ours is explained', () => {
  const names = headersOf(
    ...['timing.ts', 'routes/inference.ts', 'queue/await-turn.ts', 'queue/band-of.ts', 'queue/deadline.ts'],
    ...['access/arrival.ts', 'limits/rate-headers.ts', 'upstream/headers.ts'],
  );
  expect(names.length).toBeGreaterThan(8);
  const missing = names.filter(
    (name) => !page.includes(`\`${name}`) && !page.includes(name.replace('x-ratelimit', '')),
  );
  expect(missing).toEqual([]);
});
