import { expect, test } from 'vitest';
import { gatewayConfig } from '../../api/gateway-config.ts';
import { summaryOf } from './summary.ts';

test('an alias for what is not served is said so', () => {
  const config = gatewayConfig.parse({
    schemaVersion: 1,
    models: [{ id: 'Qwen-7B', aliases: ['mine'], upstream: { socket: '/run/a.sock' } }],
    routing: { aliases: { a: 'qwen-7b', b: 'coder', c: 'MINE', d: 'llama' } },
  });
  const done = {
    ...{ config, record: { gateway: { url: '' } }, applied: { plan: { notes: [] }, served: [] }, models: [] },
  } as unknown as Parameters<typeof summaryOf>[0];
  expect(summaryOf(done, 'key').notes).toEqual([
    'routing.aliases: "d" stands for "llama", which is not served; it means nothing.',
  ]);
});
