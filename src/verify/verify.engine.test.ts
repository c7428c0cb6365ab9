import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestGateway, testKey } from '../../test/gateway/gateway.ts';
import { startEngine, type TestEngine } from '../../test/support/engine.ts';
import { verifyGateway } from '../../test/support/verify-scene.ts';

let engine: TestEngine;

beforeAll(async () => {
  engine = await startEngine({ modelId: 'smoke', contextTokens: 2048, parallel: 4 });
});
afterAll(() => engine.stop());

test('the embedded engine with the model of the repository passes', async () => {
  const capabilities = {
    chat: true,
    tools: true,
    reasoning: false,
    vision: false,
    fim: true,
    embeddings: false,
  };
  const upstream = { socket: engine.spec.socket };
  const gateway = await startTestGateway({
    models: [{ id: 'smoke', upstream, capabilities, contextWindow: 2048 }],
  });
  const { checks, counts } = await verifyGateway(gateway.url, testKey);
  expect(checks.filter(({ status }) => status === 'failed')).toEqual([]);
  expect(counts.ok).toBeGreaterThanOrEqual(20);
  const free = checks.filter(({ status }) => status === 'not-able').map(({ id }) => id);
  expect(['tool-free', 'tool-parallel', 'long-recall']).toEqual(expect.arrayContaining(free));
});
