import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { describe, expect, onTestFinished, test } from 'vitest';
import { defaultLimits } from '../../src/api/gateway-config.ts';
import { realSystem } from '../../src/system/system.ts';
import { beginStream, chatEvent, json, startUpstream, streamEnd } from '../fakes/upstream.ts';
import { authorized, startTestGateway } from './gateway.ts';

/* The examples of docs/security.md, as they stand there but for ports and certificate, run by the real programs. */

const name = 'ai.example.org';
const path = '/v1/chat/completions';

const example = (language: string): string => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/security.md'), 'utf8');
  const found = new RegExp(`\`\`\`${language}\\n(.*?)\`\`\``, 's').exec(page)?.[1];
  if (found === undefined) throw new Error(`docs/security.md has no example for ${language}`);
  return found;
};

interface Place {
  readonly folder: string;
  readonly certificate: string;
  readonly key: string;
  /** Where the proxy listens, and where the gateway does. */
  readonly port: number;
  readonly gateway: number;
}

interface Proxy {
  readonly program: string;
  readonly config: (place: Place) => string;
  readonly args: (file: string, place: Place) => readonly string[];
}

const replaced = (config: string, ...changes: readonly (readonly [string, string])[]): string =>
  changes.reduce((so, [from, to]) => {
    if (!so.includes(from)) throw new Error(`the example does not say ${from}`);
    return so.replace(from, to);
  }, config);

const nginx: Proxy = {
  program: 'nginx',
  config: ({ folder, certificate, key, port, gateway }) => {
    const server = replaced(
      example('nginx'),
      ['listen 443', `listen 127.0.0.1:${port}`],
      [`/etc/ssl/${name}.pem`, certificate],
      [`/etc/ssl/${name}.key`, key],
      ['127.0.0.1:8080', `127.0.0.1:${gateway}`],
    );
    const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
    const temporary = folders.map((one) => `${one}_temp_path ${folder}/${one};`).join('\n');
    return `daemon off; pid ${folder}/pid; events {}\nhttp { access_log off;\n${temporary}\n${server} }`;
  },
  args: (file, { folder }) => ['-c', file, '-p', folder, '-e', join(folder, 'error.log')],
};

const caddy: Proxy = {
  program: 'caddy',
  config: ({ certificate, key, port, gateway }) => {
    const site = replaced(
      example('caddyfile'),
      [`${name} {`, `https://${name}:${port} {\n    tls ${certificate} ${key}`],
      ['127.0.0.1:8080', `127.0.0.1:${gateway}`],
    );
    return `{\n    admin off\n    auto_https disable_redirects\n}\n${site}`;
  },
  args: (file) => ['run', '--config', file, '--adapter', 'caddyfile'],
};

/** Linux alone has all of 127.0.0.0/8. */
const canRun = ({ program }: Proxy): boolean =>
  process.platform === 'linux' && spawnSync(program, ['-h']).error === undefined;

const listening = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) => {
    if (child.exitCode === null && child.signalCode === null) child.once('exit', () => resolve());
    else resolve();
  });

/** Runs a proxy in front of a gateway until the test ends; gives its port. */
const start = async (proxy: Proxy, gateway: number): Promise<number> => {
  const folder = await mkdtemp(join(tmpdir(), 'proxy-'));
  const port = await realSystem().net.nextFree('127.0.0.1', 20_000 + (process.pid % 20_000));
  const place = { folder, certificate: join(folder, 'pem'), key: join(folder, 'key'), gateway, port };
  const subject = ['-subj', `/CN=${name}`, '-keyout', place.key, '-out', place.certificate];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject], {
    stdio: 'ignore',
  });
  const file = join(folder, 'config');
  await writeFile(file, proxy.config(place));
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const child = spawn(proxy.program, proxy.args(file, place), { env, stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (part) => {
    said += part;
  });
  onTestFinished(async () => {
    child.kill('SIGTERM');
    await ended(child);
    await rm(folder, { recursive: true, force: true });
  });
  await expect
    .poll(() => (child.exitCode === null ? listening(place.port) : said), { timeout: 10_000 })
    .toBe(true);
  return place.port;
};

const ask = (
  port: number,
  method: string,
  where: string,
  headers: Record<string, string> = {},
  body = '',
): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const sent = request(
      {
        ...{ host: '127.0.0.1', port, method, path: where, servername: name, rejectUnauthorized: false },
        // Not the proxy's own address, which is trusted.
        localAddress: '127.0.0.2',
        headers: { host: name, 'content-length': Buffer.byteLength(body), ...headers },
      },
      resolve,
    );
    sent.on('error', reject);
    sent.end(body);
  });

const status = async (...asked: Parameters<typeof ask>): Promise<number | undefined> => {
  const answer = await ask(...asked);
  await text(answer);
  return answer.statusCode;
};

describe.each([nginx, caddy].map((proxy) => [proxy.program, proxy] as const))('%s', (_name, proxy) => {
  test.skipIf(!canRun(proxy))('passes events on as they come, and says who asks', async () => {
    const { promise: seen, resolve: wasSeen } = Promise.withResolvers<void>();
    await using upstream = await startUpstream(async (call) => {
      if (call.body.length > 1000) return json({ ok: 1 })(call);
      beginStream(call);
      call.response.write(chatEvent('one'));
      await seen;
      call.response.end(chatEvent('two') + streamEnd);
    });
    const gateway = await startTestGateway({
      upstream: upstream.endpoint,
      config: {
        allowedHosts: [name],
        trustedProxies: ['127.0.0.1'],
        limits: { ...defaultLimits, failedKeysPerMinute: 1 },
      },
    });
    const port = await start(proxy, gateway.port);

    const stream = await ask(port, 'POST', path, authorized, '{"model":"tiny","stream":true}');
    let got = '';
    for await (const part of stream) {
      got += part;
      if (got.includes(chatEvent('one'))) wasSeen();
    }
    expect(got).toBe(chatEvent('one') + chatEvent('two') + streamEnd);

    const large = JSON.stringify({ model: 'tiny', pad: 'x'.repeat(20 * 1024 * 1024) });
    expect(await status(port, 'POST', path, authorized, large)).toBe(200);
    expect(await status(port, 'GET', '/metrics')).toBe(401);
    // What a client writes into the header itself counts for nothing: it is the same one that had its one try.
    expect(await status(port, 'GET', '/v1/models', { 'x-forwarded-for': '6.6.6.6' })).toBe(429);
    expect(await status(port, 'GET', '/v1/models', authorized)).toBe(200);
  });
});
