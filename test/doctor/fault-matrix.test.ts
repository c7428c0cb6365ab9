import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CheckResult } from '../../src/doctor/check.ts';
import { runCommand } from '../support/command-line.ts';
import { type FakeMachine, fakeMachine } from '../support/fake-machine.ts';
import { faults } from './faults.ts';

/** A hub that answers, on this machine. `late` tells another time. */
const hub = (skewMs = 0) =>
  createServer((_request, response) => {
    response.writeHead(200, { date: new Date(Date.now() + skewMs).toUTCString() }).end();
  });
const servers = { right: hub(), skewed: hub(3_600_000), taken: hub(), silent: createServer(() => {}) };
const portOf = (name: keyof typeof servers): number => (servers[name].address() as AddressInfo).port;

beforeAll(async () => {
  await Promise.all(
    Object.values(servers).map((server) => new Promise<void>((done) => server.listen(0, '127.0.0.1', done))),
  );
});
afterAll(() => {
  for (const server of Object.values(servers)) {
    server.closeAllConnections();
    server.close();
  }
});

const doctor = async (machine: FakeMachine, ...args: string[]) => {
  const env = {
    HF_ENDPOINT: `http://127.0.0.1:${portOf('right')}`,
    LOCALAI_GATEWAY_PORT: '28917',
    ...machine.env,
  };
  const result = await runCommand(['doctor', '--json', ...args], { env });
  const { checks } = JSON.parse(result.stdout) as { checks: readonly CheckResult[] };
  return { ...result, checks };
};

/** What a test machine itself is short of is not the fault that was made. */
const ofTheHost = /^(memory-|cpu-|disk-(models|data|temporary|slow)$|stack-node$)/;

const wrong = (checks: readonly CheckResult[]): readonly string[] =>
  checks
    .filter(({ status, id }) => (status === 'fail' || status === 'warn') && !ofTheHost.test(id))
    .map(({ id }) => id);

test('the machine without a fault is in order', async () => {
  using machine = fakeMachine();
  const { checks, code } = await doctor(machine);
  expect(wrong(checks)).toEqual([]);
  expect(code).toBe(0);
});

test('there are enough faults, each of its own', () => {
  expect(faults.length).toBeGreaterThanOrEqual(20);
  expect(new Set(faults.map(([, , id]) => id)).size).toBeGreaterThanOrEqual(40);
});

describe('each fault is found under its own name, and no other is blamed', () => {
  test.each(faults)('%s', async (_name, make, expected) => {
    using machine = fakeMachine();
    make(machine);
    const { checks, code } = await doctor(machine);
    expect(wrong(checks)).toEqual([expected]);
    const found = checks.find(({ id }) => id === expected);
    expect(found?.evidence.join('')).not.toBe('');
    expect(code).toBe(found?.status === 'fail' ? 1 : 0);
  });

  test('a busy port', async () => {
    using machine = fakeMachine();
    machine.env['LOCALAI_GATEWAY_PORT'] = String(portOf('taken'));
    const { checks } = await doctor(machine);
    expect(wrong(checks)).toEqual(['port-gateway']);
    expect(checks.find(({ id }) => id === 'port-gateway')?.fix).toMatch(/config set gateway\.port \d+/);
  });

  test('a hub that is slow is not called away', async () => {
    using machine = fakeMachine();
    machine.env['HF_ENDPOINT'] = `http://127.0.0.1:${portOf('silent')}`;
    const { checks } = await doctor(machine);
    expect(wrong(checks)).toEqual([]);
    expect(checks.find(({ id }) => id === 'network-hub')).toMatchObject({
      status: 'not-checked',
      evidence: [expect.stringContaining('did not answer within 2000 ms')],
    });
  });

  test('a clock that is wrong', async () => {
    using machine = fakeMachine();
    machine.env['HF_ENDPOINT'] = `http://127.0.0.1:${portOf('skewed')}`;
    expect(wrong((await doctor(machine)).checks)).toEqual(['network-clock']);
  });
});
