import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { CheckResult } from '../../src/doctor/check.ts';
import { runCommand } from '../support/command-line.ts';
import { type DockerEngine, startDocker } from '../support/docker-engine.ts';
import { type FakeMachine, fakeMachine } from '../support/fake-machine.ts';

/** The real client and the real engine; only the graphics card is a stand-in. */
let engine: DockerEngine | string;
beforeAll(async () => {
  engine = await startDocker();
});
afterAll(async () => {
  if (typeof engine !== 'string') await engine[Symbol.asyncDispose]();
});

const withCard = (): FakeMachine => {
  const machine = fakeMachine();
  machine.remove('docker', 'systemctl');
  machine.env['PATH'] = `${machine.env['PATH']}:${process.env['PATH']}`;
  machine.env['HF_HUB_OFFLINE'] = '1';
  return machine;
};

const groups = ['--only', 'docker,compose,toolkit,gpu-path'];
const wrong = (stdout: string): readonly string[] =>
  (JSON.parse(stdout) as { checks: readonly CheckResult[] }).checks
    .filter(({ status, id }) => status === 'fail' && !id.startsWith('compose-'))
    .map(({ id }) => id);

test("an engine without NVIDIA's toolkit", async (context) => {
  if (typeof engine === 'string') return context.skip(engine);
  using machine = withCard();
  machine.remove('nvidia-ctk', 'nvidia-container-runtime', 'nvidia-container-runtime-hook');
  machine.env['DOCKER_HOST'] = engine.host;
  const { stdout } = await runCommand(['doctor', '--json', ...groups], { env: machine.env });
  expect(wrong(stdout)).toEqual(['toolkit-installed']);
});

test('an engine that was not told of the toolkit', async (context) => {
  if (typeof engine === 'string') return context.skip(engine);
  using machine = withCard();
  machine.remove('nvidia-container-runtime-hook');
  machine.env['DOCKER_HOST'] = engine.host;
  const { stdout } = await runCommand(['doctor', '--json', ...groups], { env: machine.env });
  expect(wrong(stdout)).toEqual(['toolkit-configured']);
});

test("no rights to the engine's socket", async (context) => {
  if (typeof engine === 'string') return context.skip(engine);
  using machine = withCard();
  machine.env['DOCKER_HOST'] = engine.host;
  for (const folder of [dirname(machine.home), machine.home, dirname(engine.socket)])
    chmodSync(folder, 0o755);
  chmodSync(engine.socket, 0o600);
  const program = join(import.meta.dirname, '../support/localai.ts');
  const nobody = { uid: 65_534, gid: 65_534 };
  const { stdout, stderr } = spawnSync(process.execPath, [program, 'doctor', '--json', ...groups], {
    ...{ env: machine.env, encoding: 'utf8', ...nobody },
  });
  if (stdout === '')
    return context.skip(`the checkout cannot be read by another user: ${stderr.slice(0, 80)}`);
  expect(wrong(stdout)).toEqual(['docker-rights']);
});

test('a settings file that the engine refuses', async (context) => {
  if (typeof engine === 'string') return context.skip(engine);
  using machine = withCard();
  const file = machine.file('.config/docker/daemon.json', '{ "log-driver": "local", }');
  const refused = spawnSync(engine.program, ['--config-file', file], { encoding: 'utf8', timeout: 20_000 });
  expect(refused.stderr).toMatch(/unable to configure the Docker daemon/);
  machine.env['DOCKER_HOST'] = 'unix:///run/user/4711/docker.sock';
  const { stdout } = await runCommand(['doctor', '--json', ...groups], { env: machine.env });
  expect(wrong(stdout)).toEqual(['docker-config']);
});
