import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A real Docker engine of its own, on a private socket. */
export interface DockerEngine extends AsyncDisposable {
  readonly host: string;
  readonly socket: string;
  /** The engine's program. */
  readonly program: string;
}

const pathOf = (program: string): string =>
  spawnSync('/bin/sh', ['-c', `command -v ${program}`], { encoding: 'utf8' }).stdout.trim();

/** Why no engine can be started here; undefined: it can be tried. */
const lacking = (): string | undefined => {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'only root can start an engine';
  const missing = ['docker', 'dockerd', 'containerd'].filter((program) => pathOf(program) === '');
  return missing.length > 0 ? `there is no ${missing.join(' and no ')}` : undefined;
};

const answers = (host: string): boolean =>
  spawnSync('docker', ['-H', host, 'info'], { timeout: 5000 }).status === 0;

const end = async (engine: ChildProcess): Promise<void> => {
  if (engine.exitCode !== null) return;
  const gone = new Promise((resolve) => engine.once('exit', resolve));
  engine.kill('SIGTERM');
  await gone;
};

/** Starts one; the reason when none can be had here. It leaves the machine's own network rules alone. */
export const startDocker = async (): Promise<DockerEngine | string> => {
  const reason = lacking();
  if (reason !== undefined) return reason;
  const folder = mkdtempSync(join(tmpdir(), 'localai-docker-'));
  const socket = join(folder, 'docker.sock');
  const host = `unix://${socket}`;
  const program = pathOf('dockerd');
  const places = ['--data-root', join(folder, 'data'), '--exec-root', join(folder, 'run')];
  const alone = ['--pidfile', join(folder, 'pid'), '--bridge', 'none', '--iptables=false'];
  const engine = spawn(program, [...places, ...alone, '-H', host], { stdio: 'ignore' });
  const stop = async (): Promise<void> => {
    await end(engine);
    rmSync(folder, { recursive: true, force: true });
  };
  for (let tries = 0; tries < 120 && engine.exitCode === null; tries++) {
    if (existsSync(socket) && answers(host)) return { host, socket, program, [Symbol.asyncDispose]: stop };
    await delay(250);
  }
  await stop();
  return 'dockerd does not start here';
};
