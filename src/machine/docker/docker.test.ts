import { expect, test } from 'vitest';
import type { RunResult } from '../../system/run.ts';
import { parseDockerVersion } from './client.ts';
import { parseEngines } from './containers.ts';
import { configPath, parseDaemonConfig } from './daemon-config.ts';
import { parseInfo, silenceOf } from './info.ts';
import { parseUnits } from './probe-docker.ts';
import { parseCdiSpec, parseNoCgroups, parseToolkitVersion } from './toolkit.ts';

const failed = (stderr: string, timedOut = false): RunResult => ({
  ...{ exitCode: 1, signal: undefined, stdout: '', stderr, timedOut, notFound: false, ok: false },
});

test.each([
  ['Docker version 28.2.2, build e6534b4', { version: '28.2.2', kind: 'docker' }],
  ['Docker version 20.10.24+dfsg1, build 297e128', { version: '20.10.24+dfsg1', kind: 'docker' }],
  ['Emulate Docker CLI using podman.\npodman version 5.7.0', { version: '5.7.0', kind: 'podman' }],
  ['what?', undefined],
])('%j', (text, expected) => expect(parseDockerVersion(text)).toEqual(expected));

test('the engine that answers', () => {
  const text = JSON.stringify({
    ...{ ServerVersion: '29.0.2', OperatingSystem: 'Docker Desktop', Runtimes: { runc: {}, nvidia: {} } },
    ...{ SecurityOptions: ['name=seccomp,profile=builtin', 'name=rootless'], CDISpecDirs: null },
    DiscoveredDevices: [{ Source: 'cdi', ID: 'nvidia.com/gpu=all' }],
  });
  expect(parseInfo(text)).toMatchObject({
    ...{ answers: true, desktop: true, rootless: true, selinux: false, runtimes: ['nvidia', 'runc'] },
    ...{ cdiFolders: [], cdiDevices: ['nvidia.com/gpu=all'] },
  });
});

test.each(['', '{}', '{"ServerVersion":""}', 'no'])('%j is no answer of an engine', (text) => {
  expect(parseInfo(text)).toBeUndefined();
});

test.each([
  ['permission denied while trying to connect to the Docker daemon socket at unix:///x', 'rights'],
  ['Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?', 'down'],
  ['error during connect: dial tcp: lookup box: no such host', 'down'],
  ['WARNING: something\nCannot connect to the Docker daemon', 'down'],
  ['request returned 500 Internal Server Error', 'failed'],
])('%j: %s', (text, why) => expect(silenceOf(failed(text))).toMatchObject({ answers: false, why }));

test('an engine that takes too long', () => expect(silenceOf(failed('', true)).why).toBe('slow'));

test.each([
  ['{}', null],
  ['', null],
  ['{ "a": 1, }', expect.stringMatching(/JSON/)],
  ['[]', 'it must hold one object'],
])('daemon.json %j: %s', (text, problem) => expect(parseDaemonConfig('/d', text).problem).toEqual(problem));

test('what daemon.json says of runtimes and cgroups', () => {
  const text =
    '{"runtimes":{"nvidia":{}},"default-runtime":"nvidia","exec-opts":["native.cgroupdriver=cgroupfs"]}';
  expect(parseDaemonConfig('/d', text)).toMatchObject({
    ...{ runtimes: ['nvidia'], defaultRuntime: 'nvidia', cgroupDriver: 'cgroupfs' },
  });
});

test('where daemon.json lies depends on who runs the engine', () => {
  const system = { env: {}, home: '/home/ada', platform: 'linux' } as Parameters<typeof configPath>[0];
  const at = (endpoint: string, snap = false) =>
    configPath(system, {
      ...{ snap, context: { value: { name: 'x', endpoint } } },
      daemon: { answers: false, why: 'down', problem: '' },
    });
  expect(at('unix:///var/run/docker.sock')).toBe('/etc/docker/daemon.json');
  expect(at('unix:///run/user/1000/docker.sock')).toBe('/home/ada/.config/docker/daemon.json');
  expect(at('unix:///var/run/docker.sock', true)).toMatch(/^\/var\/snap/);
});

test('systemd: the socket alone starts the service as well', () => {
  const text =
    'LoadState=loaded\nActiveState=active\nUnitFileState=disabled\n\nLoadState=loaded\nUnitFileState=enabled\n';
  expect(parseUnits(text)).toEqual({ active: true, enabled: true });
  expect(parseUnits('LoadState=not-found\n')).toBeUndefined();
});

test('only engines are looked into', () => {
  const line = (Image: string) => JSON.stringify({ ID: 'a', Names: 'n', Image });
  const names = [
    'vllm/vllm-openai:v0.32.0',
    'registry.local/vllm/vllm-openai',
    'postgres:17',
    'node:24-slim',
  ];
  expect(parseEngines(`${names.map(line).join('\n')}\nnot json\n`).map(({ image }) => image)).toEqual(
    names.slice(0, 2),
  );
});

test('CDI in YAML and JSON, with the driver it was written for; one that is broken says so', () => {
  const yaml = 'kind: nvidia.com/gpu\ndevices:\n- name: "0"\n- name: all\nx: /usr/lib/libcuda.so.580.95.05\n';
  expect(parseCdiSpec('/c', yaml)).toMatchObject({
    devices: ['0', 'all'],
    driverVersion: '580.95.05',
    problem: null,
  });
  const json = '{"kind":"nvidia.com/gpu","devices":[{"name":0}]}';
  expect(parseCdiSpec('/c', json)).toMatchObject({ devices: ['0'], driverVersion: null });
  expect(parseCdiSpec('/c', 'kind: [').problem).not.toBeNull();
});

test('the toolkit', () => {
  expect(parseToolkitVersion('NVIDIA Container Toolkit CLI version 1.18.1\ncommit: x')).toBe('1.18.1');
  expect(parseNoCgroups('[nvidia-container-cli]\n#no-cgroups = true\n')).toBeNull();
  expect(parseNoCgroups('no-cgroups = true')).toBe(true);
  expect(parseNoCgroups(undefined)).toBeNull();
});
