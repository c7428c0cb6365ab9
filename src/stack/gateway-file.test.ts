import { expect, test } from 'vitest';
import type { GatewayConfig } from '../api/gateway-config.ts';
import { hashOf, parseGatewayFile, renderGatewayFile } from './gateway-file.ts';

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
