import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Something that answers requests, with the process that it is, when it is one of ours. */
export interface Target {
  readonly name: string;
  readonly url: string;
  readonly child: ChildProcess | undefined;
  stop(): void;
}

const portOf = (child: ChildProcess): Promise<number> =>
  new Promise((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`a process ended with ${code}`)));
    child.once('message', (said: { port: number }) => resolve(said.port));
  });

/** A module in a process of its own, which tells its port. `profile`: where its CPU profile goes. */
export const startModule = async (
  name: string,
  module: URL,
  args: readonly string[],
  profile?: string,
): Promise<Target> => {
  const execArgv = profile === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profile}`];
  const child = fork(module, [...args], { execArgv });
  const url = `http://127.0.0.1:${await portOf(child)}`;
  return { name, url, child, stop: () => child.disconnect() };
};

/** Whether anything answers there, within ten seconds. */
const isUp = async (url: string): Promise<boolean> => {
  for (let tries = 0; tries < 200; tries += 1) {
    const answer = await fetch(url).catch(() => undefined);
    await answer?.body?.cancel();
    if (answer) return true;
    await delay(50);
  }
  return false;
};

/** Any program that answers at `url` once it runs; without a command, one that runs already. */
export const startProgram = async (
  name: string,
  url: string,
  [program, ...args]: readonly string[],
): Promise<Target | undefined> => {
  if (program === undefined) return { name, url, child: undefined, stop: () => {} };
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const failed = new Promise<false>((resolve) => child.once('error', () => resolve(false)));
  if (await Promise.race([isUp(url), failed])) return { name, url, child, stop: () => void child.kill() };
  child.kill();
  return undefined;
};

const freePort = (): Promise<number> =>
  new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });

/** nginx with one worker, passing events on as they come; undefined where it is not installed. */
export const startNginx = async (upstream: string): Promise<Target | undefined> => {
  const folder = mkdtempSync(join(tmpdir(), 'localai-nginx-'));
  const port = await freePort();
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr crit;
events { worker_connections 4096; }
http {
  access_log off;
  ${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((kind) => `${kind}_temp_path ${folder}/${kind};`).join(' ')}
  keepalive_requests 1000000;
  upstream engine { server ${new URL(upstream).host}; keepalive 512; keepalive_requests 1000000; }
  server {
    listen 127.0.0.1:${port};
    location / { proxy_pass http://engine; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }
  }
}
`,
  );
  const args = ['nginx', '-p', folder, '-c', join(folder, 'nginx.conf')];
  const target = await startProgram('nginx', `http://127.0.0.1:${port}`, args);
  const clear = (): void => rmSync(folder, { recursive: true, force: true });
  if (!target) clear();
  target?.child?.once('exit', clear);
  return target;
};

const readProc = (path: string): string => {
  try {
    return readFileSync(`/proc/${path}`, 'utf8');
  } catch {
    return '';
  }
};

/** A process and those that it started. */
const treeOf = (pid: number): readonly number[] => {
  const parents = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => [Number(name), Number(/\) \S (\d+)/.exec(readProc(`${name}/stat`))?.[1])] as const);
  const below = (of: number): readonly number[] => [
    of,
    ...parents.filter(([, parent]) => parent === of).flatMap(([child]) => below(child)),
  ];
  return below(pid);
};

const sum = (values: readonly number[]): number => values.reduce((all, each) => all + each, 0);

/** CPU time of all its threads so far, us; not known of what we did not start. Linux only. */
export const cpuOf = ({ child }: Target): number => {
  if (child?.pid === undefined) return Number.NaN;
  return sum(
    treeOf(child.pid).flatMap((pid) =>
      readdirSync(`/proc/${pid}/task`).map(
        (thread) => Number(readProc(`${pid}/task/${thread}/schedstat`).split(' ')[0]) / 1000,
      ),
    ),
  );
};

/** Memory that it holds, MiB. */
export const memoryOf = ({ child }: Target): number => {
  if (child?.pid === undefined) return Number.NaN;
  return sum(
    treeOf(child.pid).map((pid) => Number(/VmRSS:\s+(\d+)/.exec(readProc(`${pid}/status`))?.[1] ?? 0) / 1024),
  );
};
