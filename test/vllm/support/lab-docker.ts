import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** A real Docker engine with networks and the images that a stack needs; none of them is pulled. */
export interface LabDocker extends AsyncDisposable {
  readonly host: string;
}

/** A Python environment with vLLM's CPU build and a small model, as docs/stacks.md says how to make it. */
export const vllmHome = process.env['LOCALAI_TEST_VLLM'] ?? join(homedir(), '.cache', 'lab-vllm');

export const labModel = join(vllmHome, 'models', 'SmolLM2-135M-Instruct');

/** Kept from run to run: making the images takes a minute. */
const folder = process.env['LOCALAI_TEST_DOCKER'] ?? join(homedir(), '.cache', 'localai-test-docker');

const engineImage = 'vllm/vllm-openai:v0.32.0';
const nodeImage = 'node:24-slim';

const run = (program: string, args: readonly string[], host?: string): string => {
  const env = host === undefined ? process.env : { ...process.env, DOCKER_HOST: host };
  const result = spawnSync(program, [...args], { encoding: 'utf8', env, maxBuffer: 1 << 26 });
  if (result.status === 0) return result.stdout;
  throw new Error(`${program} ${args.join(' ')}: ${result.stderr || result.error?.message}`);
};

const isThere = (program: string): boolean =>
  spawnSync('/bin/sh', ['-c', `command -v ${program}`]).status === 0;

/** Why the test cannot run here; undefined: it can. */
export const lacking = (): string | undefined => {
  if (process.platform !== 'linux') return 'this is not Linux';
  if (process.getuid?.() !== 0) return 'only root can start a Docker engine of its own';
  const missing = ['docker', 'dockerd', 'iptables', 'debootstrap'].filter((program) => !isThere(program));
  if (missing.length > 0) return `there is no ${missing.join(', no ')}`;
  if (spawnSync('docker', ['compose', 'version']).status !== 0) return 'there is no Docker Compose v2';
  if (!existsSync(join(vllmHome, 'bin', 'vllm'))) return `there is no vLLM in ${vllmHome}`;
  return existsSync(labModel) ? undefined : `there is no model in ${labModel}`;
};

/** A stand-in for the container toolkit's hook: device requests are taken, no card appears. */
const hookFolder = (): string => {
  const hooks = join(folder, 'hook');
  mkdirSync(hooks, { recursive: true });
  const hook = join(hooks, 'nvidia-container-runtime-hook');
  writeFileSync(hook, '#!/bin/sh\nexit 0\n');
  chmodSync(hook, 0o755);
  return hooks;
};

const mirror = (): string =>
  /^URIs:\s*(\S+)/m.exec(readFileSync('/etc/apt/sources.list.d/debian.sources', 'utf8'))?.[1] ?? '';

const importFolder = (root: string, image: string, host: string): void => {
  run('/bin/sh', ['-c', `tar -C '${root}' -c . | docker import - '${image}'`], host);
};

/** Bare systems: one with Python and a compiler for vLLM, one with Node. */
const makeImages = (host: string): void => {
  const here = run('docker', ['images', '--format', '{{.Repository}}:{{.Tag}}'], host).split('\n');
  if ([engineImage, nodeImage].every((image) => here.includes(image))) return;
  const root = mkdtempSync(join(tmpdir(), 'localai-image-'));
  try {
    const packages = 'python3,python3-dev,libgomp1,libnuma1,gcc,g++,curl,ca-certificates';
    run('debootstrap', ['--variant=minbase', `--include=${packages}`, 'bookworm', root, mirror()]);
    importFolder(root, engineImage, host);
    cpSync(process.execPath, join(root, 'usr', 'local', 'bin', 'node'), { dereference: true });
    importFolder(root, nodeImage, host);
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
};

/** Starts the engine and sees to its images. */
export const startLabDocker = async (): Promise<LabDocker> => {
  mkdirSync(folder, { recursive: true });
  const socket = join(folder, 'docker.sock');
  const host = `unix://${socket}`;
  const places = ['--data-root', join(folder, 'root'), '--exec-root', join(folder, 'exec')];
  const log = openSync(join(folder, 'dockerd.log'), 'w');
  const engine = spawn('dockerd', [...places, '--pidfile', join(folder, 'pid'), '-H', host], {
    stdio: ['ignore', log, log],
    env: { ...process.env, PATH: `${hookFolder()}:${process.env['PATH']}` },
  });
  const stop = async (): Promise<void> => {
    if (engine.exitCode !== null) return;
    const gone = new Promise((resolve) => engine.once('exit', resolve));
    engine.kill('SIGTERM');
    await gone;
  };
  for (let tries = 0; ; tries++) {
    if (spawnSync('docker', ['-H', host, 'info'], { timeout: 5000 }).status === 0) break;
    if (engine.exitCode !== null || tries > 120) {
      await stop();
      throw new Error(
        `dockerd does not start: ${readFileSync(join(folder, 'dockerd.log'), 'utf8').slice(-500)}`,
      );
    }
    await delay(250);
  }
  makeImages(host);
  return { host, [Symbol.asyncDispose]: stop };
};
