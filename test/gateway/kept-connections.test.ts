import { Agent, request } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { hashKey } from '../../src/config/keys.ts';
import type { KeySource } from '../../src/gateway/keys/key-source.ts';
import { keyTable } from '../../src/gateway/keys/key-table.ts';
import { realClock } from '../../src/system/clock.ts';
import { keyRecord, startTestGateway, testKey } from './gateway.ts';

/** Asks over one connection that is kept; resolves with the status. */
const client = (port: number): ((headers: Readonly<Record<string, string>>) => Promise<number>) => {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  onTestFinished(() => agent.destroy());
  return (headers) =>
    new Promise((resolve, reject) => {
      const sent = request({ agent, host: '127.0.0.1', port, path: '/v1/models', headers }, (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
      });
      sent.once('error', reject).end();
    });
};

test('on a kept connection each request is for its own key, as the keys are by then', async () => {
  let find = keyTable([keyRecord(), keyRecord({ id: 'b', name: 'b', sha256: hashKey('lai-b') })]);
  let now = 1_000_000;
  const keys: KeySource = {
    ...{ required: true, any: true, refresh: async () => {}, close: () => {} },
    get find() {
      return find;
    },
  };
  const clock = { ...realClock, now: () => now };
  const gateway = await startTestGateway({ options: { keys, system: { clock } } });
  const ask = client(gateway.port);
  const a = { authorization: `Bearer ${testKey}` };
  const b = { authorization: 'Bearer lai-b' };
  expect([await ask(a), await ask(a), await ask(b), await ask(b)]).toEqual([200, 200, 200, 200]);
  const names = gateway.log.filter(({ path }) => path === '/v1/models').map(({ key }) => key);
  expect(names.slice(0, 3)).toEqual(['owner', 'owner', 'b']);
  const strangers = [{ authorization: 'Bearer lai-no' }, {}, { ...a, authorization: 'Bearer lai-no' }];
  for (const headers of strangers) expect(await ask(headers)).toBe(401);
  expect([await ask({ 'x-api-key': 'lai-b' }), await ask({ 'x-api-key': 'lai-no' })]).toEqual([200, 401]);
  // Taken away, and given an end.
  expect(await ask(b)).toBe(200);
  find = keyTable([keyRecord({ expiresAt: 2_000_000 })]);
  expect([await ask(b), await ask(a), await ask(a)]).toEqual([401, 200, 200]);
  now = 3_000_000;
  expect(await ask(a)).toBe(401);
});
