import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { GatewayConfig } from '../api/gateway-config.ts';
import { realSystem } from '../system/system.ts';
import { hashOf, parseGatewayFile, readGatewayFile, renderGatewayFile } from './gateway-file.ts';

const config: GatewayConfig = {
  schemaVersion: 1,
  listen: { host: '127.0.0.1', port: 8080 },
  exposure: 'loopback',
  allowedHosts: [],
  allowedOrigins: [],
  keysFile: '/home/ada/keys.json',
  stateFolder: '/home/ada/state',
  logs: { folder: '/home/ada/logs', level: 'info' },
  models: [
    {
      id: 'tiny: "quoted" # not a comment',
      roles: ['coder', 'general'],
      aliases: [],
      capabilities: {
        chat: true,
        tools: true,
        reasoning: false,
        vision: false,
        fim: false,
        embeddings: false,
      },
      upstream: { socket: '/run/user/1000/e.sock' },
      engine: {
        name: 'llamacpp',
        file: '/models/tiny.gguf',
        command: { argv: ['/usr/bin/node', 'worker.js', '{"socket":"/run/e.sock"}'], env: {} },
      },
    },
  ],
};

test('what is written is read back, with the hash of its text', () => {
  const text = renderGatewayFile(config);
  expect(text).toMatch(/^# Written by `localai up`/);
  expect(parseGatewayFile(text, 'gateway.yaml')).toEqual({ config, hash: hashOf(text) });
});

const small = `schemaVersion: 1
keysFile: /k
stateFolder: /s
logs: { folder: /l }
models:
  - id: far
    upstream: { url: 'http://10.0.0.2:8000' }
`;

test('a small file by hand is enough', () => {
  expect(parseGatewayFile(small, 'g.yaml').config).toMatchObject({
    listen: { host: '127.0.0.1', port: 8080 },
    models: [{ id: 'far', engine: { name: 'remote' } }],
  });
});

test.each([
  ['', 'loopback'],
  ['listen: { host: 127.0.0.1 }', 'loopback'],
  ['listen: { host: 0.0.0.0 }', 'lan'],
  ['listen: { host: 0.0.0.0 }\nexposure: loopback', 'loopback'],
  ['exposure: lan', 'lan'],
])('%j is open to: %s', (lines, exposure) => {
  expect(parseGatewayFile(`${small}${lines}\n`, 'g.yaml').config.exposure).toBe(exposure);
});

test('paths are meant from the folder of the file', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'gateway-file-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'gateway.yaml');
  await writeFile(file, small.replace('/k', 'keys.json').replace('/l', '../logs'));
  expect((await readGatewayFile(realSystem(), file))?.config).toMatchObject({
    keysFile: join(folder, 'keys.json'),
    stateFolder: '/s',
    logs: { folder: join(folder, '../logs') },
  });
});

test.each([
  ['a wrong port', `${small}listen:\n  port: 70000\n`, 'GATEWAY_FILE', /^g\.yaml:9: listen\.port: /],
  ['an unknown key', `${small}liste: {}\n`, 'GATEWAY_FILE', /^g\.yaml:8: liste: there is no such key/],
  ['no models', small.replace(/models:.*/s, ''), 'GATEWAY_FILE', /^g\.yaml: models: /],
  ['not YAML', 'models: [', 'CONFIG_SYNTAX', /^g\.yaml:1: /],
  ['a newer format', small.replace('1', '2'), 'FILE_TOO_NEW', /format 2/],
  ['nothing', '', 'GATEWAY_FILE', /the whole file/],
])('%s is refused with its place', (_name, text, code, message) => {
  expect(() => parseGatewayFile(text, 'g.yaml')).toThrow(expect.objectContaining({ code }));
  expect(() => parseGatewayFile(text, 'g.yaml')).toThrow(message);
});
