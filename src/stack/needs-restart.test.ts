import { expect, test } from 'vitest';
import { gatewayConfig } from '../api/gateway-config.ts';
import { needsRestart } from './needs-restart.ts';

const file = (change: object) =>
  gatewayConfig.parse({
    schemaVersion: 1,
    models: [{ id: 'a', upstream: { url: 'http://127.0.0.1:9' } }],
    ...change,
  });

test.each([
  ['nothing', {}, []],
  ['a model', { models: [{ id: 'b', upstream: { socket: '/b' } }] }, []],
  ['limits and the level of the log', { limits: { n: 1 }, logs: { level: 'debug' } }, []],
  ['the port', { listen: { port: 1 } }, ['listen.port']],
  [
    'a socket and its mode',
    { listen: { socket: '/s', socketMode: '0660' } },
    ['listen.socket', 'listen.socketMode'],
  ],
  ['folders', { stateFolder: '/s', logs: { folder: '/l' } }, ['stateFolder', 'logs.folder']],
] as const)('%s that is another', (_what, change, waits) => {
  expect(needsRestart(file({}), file(change))).toEqual(waits);
});
