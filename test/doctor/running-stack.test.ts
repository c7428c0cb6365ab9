import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EngineStateFile } from '../../src/api/models.ts';
import { hashKey } from '../../src/config/keys.ts';
import type { CheckResult } from '../../src/doctor/check.ts';
import { writeEngineState } from '../../src/stack/supervisor/engine-state.ts';
import { ownPackage } from '../../src/system/package.ts';
import { realSystem } from '../../src/system/system.ts';
import { runCommand } from '../support/command-line.ts';
import { type FakeMachine, fakeMachine } from '../support/fake-machine.ts';

/** What the stand-in for a running gateway does; a test changes one thing. */
interface Behaviour {
  alive: boolean;
  accepts: (key: string | undefined) => boolean;
  answer: unknown;
  /** Tokens that the engine says it has. */
  context: number;
  engine: EngineStateFile['phase'];
}

const owner = 'lai-owner';
const call = (message: unknown): unknown => ({ choices: [{ message }] });
const goodCall = call({
  tool_calls: [{ function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }],
});

const json = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

let machine: FakeMachine;
let behaviour: Behaviour;
let asked: string[];

const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  asked.push(await text(request));
  const key = request.headers.authorization?.replace('Bearer ', '');
  const path = request.url ?? '';
  // The engine behind the gateway answers at the same address.
  if (path === '/health') {
    if (!behaviour.alive) return json(response, 500, {});
    return json(response, 200, {
      ...{ status: 'ready', phase: null, fault: null, backend: 'cpu', context: behaviour.context },
      ...{ parallel: 2, threads: null, tokensPerSecond: 9, capabilities: null, notes: [] },
    });
  }
  if (!behaviour.accepts(key))
    return json(response, 401, { error: { message: 'wrong key', code: 'invalid' } });
  if (path === '/v1/models') return json(response, 200, { data: [{ id: 'tiny' }] });
  json(response, 200, behaviour.answer);
};

const server = createServer(serve);

const start = async (host = '127.0.0.1', version = ownPackage().version): Promise<void> => {
  await new Promise<void>((done) => server.listen(0, host, done));
  const { port } = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${port}`;
  const me = await realSystem().processes.identify(process.pid);
  machine.env['LOCALAI_GATEWAY_PORT'] = String(port);
  machine.file(
    'localai/state/stack.json',
    JSON.stringify({
      ...{ schemaVersion: 1, version, process: me, configHash: 'x', startedAt: 0 },
      gateway: { host: '127.0.0.1', port, url },
    }),
  );
  machine.file(
    'localai/gateway.yaml',
    JSON.stringify({
      schemaVersion: 1,
      stateFolder: `${machine.home}/localai/state`,
      logs: { folder: `${machine.home}/logs` },
      models: [
        {
          ...{ id: 'tiny', roles: ['general'], capabilities: { tools: true }, upstream: { url } },
          engine: { name: 'llamacpp', file: '/models/tiny.gguf' },
        },
      ],
    }),
  );
  machine.file('localai/owner.key', `${owner}\n`, 0o600);
  const record = { id: 'owner', name: 'owner', sha256: hashKey(owner), scopes: ['inference'], createdAt: 0 };
  machine.file('localai/keys.json', JSON.stringify({ schemaVersion: 1, keys: [record] }), 0o600);
  await writeEngineState(realSystem(), `${machine.home}/localai/state`, 'tiny', {
    ...{ schemaVersion: 1, phase: behaviour.engine, attempt: 1, pid: null, exitCode: null, signal: null },
    ...{ class: null, crashes: [], since: 0 },
    fault:
      behaviour.engine === 'gave-up'
        ? { code: 'ENGINE_GAVE_UP', message: 'no memory', hint: 'take less' }
        : null,
  });
};

const doctor = async () => {
  const result = await runCommand(['doctor', '--json', '--skip', 'gpu-path,network'], { env: machine.env });
  const { checks } = JSON.parse(result.stdout) as { checks: readonly CheckResult[] };
  const relevant = checks.filter(({ group }) => ['ports', 'stack', 'editors', 'security'].includes(group));
  return {
    checks,
    wrong: relevant.filter(({ status }) => status === 'fail' || status === 'warn').map(({ id }) => id),
  };
};

const opencode = (
  port: string,
  options: { key?: string; context?: number; model?: string; path?: string } = {},
) =>
  machine.file(
    '.config/opencode/opencode.json',
    `{ // written by hand
      "provider": { "localai": {
        "options": { "baseURL": "http://127.0.0.1:${port}${options.path ?? '/v1'}", "apiKey": "${options.key ?? owner}" },
        "models": { "${options.model ?? 'tiny'}": { "limit": { "context": ${options.context ?? 16384} }, } }
      } }
    }`,
  );

beforeEach(() => {
  machine = fakeMachine();
  asked = [];
  behaviour = {
    alive: true,
    accepts: (key) => key === owner,
    answer: goodCall,
    context: 32_768,
    engine: 'running',
  };
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  machine[Symbol.dispose]();
});

test('a stack in order: the key, a tool call, its own port', async () => {
  await start();
  const { checks, wrong } = await doctor();
  expect(wrong).toEqual([]);
  const of = (id: string) => checks.find((check) => check.id === id);
  expect(of('security-key-accepted')?.status).toBe('ok');
  expect(of('security-key-refused')?.status).toBe('ok');
  expect(of('stack-tool-call')?.evidence).toEqual(['tiny: get_weather({"city":"Paris"})']);
  expect(of('port-gateway')?.evidence[0]).toMatch(/our own gateway/);
  expect(asked.filter((body) => body.includes('get_weather'))).toHaveLength(1);
});

test.each([
  [
    'a gateway that takes any key',
    () => {
      behaviour.accepts = () => true;
    },
    'security-key-refused',
  ],
  [
    'a gateway that refuses ours',
    () => {
      behaviour.accepts = () => false;
    },
    'security-key-accepted',
  ],
  [
    'a model that talks in place of calling',
    () => {
      behaviour.answer = call({ content: 'It rains.' });
    },
    'stack-tool-call',
  ],
  [
    'arguments that are no object',
    () => {
      behaviour.answer = call({ tool_calls: [{ function: { name: 'get_weather', arguments: '"Paris"' } }] });
    },
    'stack-tool-call',
  ],
  [
    'a small window',
    () => {
      behaviour.context = 4096;
    },
    'stack-context',
  ],
  [
    'a model that failed',
    () => {
      behaviour.engine = 'gave-up';
    },
    'stack-models-ready',
  ],
  [
    'a gateway that hangs',
    () => {
      behaviour.alive = false;
    },
    'stack-answers',
  ],
])('%s', async (_name, change, expected) => {
  change();
  await start();
  expect((await doctor()).wrong).toContain(expected);
});

test('a server of another version', async () => {
  await start('127.0.0.1', '0.0.1');
  expect((await doctor()).wrong).toEqual(['stack-version']);
});

test('a gateway that is meant for this machine alone and answers on the network', async (context) => {
  if (
    realSystem()
      .net.addresses()
      .every((address) => address.includes(':'))
  )
    context.skip('no network address here');
  await start('0.0.0.0');
  expect((await doctor()).wrong).toEqual(['security-lan']);
});

test('editors: the port, the key, the window, the path and the model that they believe in', async () => {
  await start();
  const port = machine.env['LOCALAI_GATEWAY_PORT'] ?? '';
  opencode(port);
  expect((await doctor()).wrong).toEqual([]);
  opencode('9');
  expect((await doctor()).wrong).toEqual(['editors-address']);
  opencode(port, { key: 'lai-old' });
  expect((await doctor()).wrong).toEqual(['editors-key']);
  opencode(port, { context: 131_072 });
  expect((await doctor()).wrong).toEqual(['editors-context']);
  opencode(port, { path: '' });
  expect((await doctor()).wrong).toEqual(['editors-path']);
  opencode(port, { model: 'gone' });
  expect((await doctor()).wrong).toEqual(['editors-model']);
});
