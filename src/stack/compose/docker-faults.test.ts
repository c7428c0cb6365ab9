import { expect, test } from 'vitest';
import { dockerFault, pullFault } from './docker-faults.ts';

const doing = { command: 'docker compose up', folder: '/stack', host: '127.0.0.1', port: 8080 };

const said = (stderr: string, more: object = {}) => ({
  ...{ stdout: '', stderr, exitCode: 1, notFound: false, timedOut: false },
  ...more,
});

/** Docker's own words, from engines 20.10 to 29 and Compose 2.26. */
test.each([
  [
    'Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?',
    'DOCKER_DOWN',
  ],
  [
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock: Get "http://…/v1.24/info": dial unix /var/run/docker.sock: connect: permission denied',
    'DOCKER_RIGHTS',
  ],
  ["docker: 'compose' is not a docker command.\nSee 'docker --help'", 'COMPOSE_MISSING'],
  [
    "unknown shorthand flag: 'p' in -p\nSee 'docker --help'.\nunknown docker command: compose",
    'COMPOSE_MISSING',
  ],
  [
    'Error response from daemon: could not select device driver "nvidia" with capabilities: [[gpu]]',
    'GPU_PATH',
  ],
  [
    'Error response from daemon: CDI device injection failed: unresolvable CDI devices nvidia.com/gpu=all',
    'GPU_PATH',
  ],
  ['Error response from daemon: unknown or invalid runtime name: nvidia', 'GPU_PATH'],
  [
    'nvidia-container-cli: requirement error: unsatisfied condition: cuda>=13.0, please update your driver',
    'GPU_PATH',
  ],
  [
    'Error response from daemon: driver failed programming external connectivity on endpoint x: Bind for 127.0.0.1:8080 failed: port is already allocated',
    'PORT_BUSY',
  ],
  ['write /var/lib/docker/tmp/x: no space left on device', 'DISK_FULL'],
  ['service "vllm-coder" refers to undefined network nowhere: invalid compose project', 'STACK_OVERRIDE'],
  ['yaml: line 3: did not find expected key', 'STACK_OVERRIDE'],
  ['something new', 'DOCKER_FAILED'],
] as const)('%s', (words, code) => {
  expect(dockerFault(said(words), doing).code).toBe(code);
});

test('a program that is not there is told', () => {
  expect(dockerFault(said('', { notFound: true }), doing)).toMatchObject({ code: 'DOCKER_DOWN' });
});

test.each([
  [
    'Error response from daemon: Get "https://registry-1.docker.io/v2/": dial tcp: lookup registry-1.docker.io: no such host',
    'IMAGE_UNAVAILABLE',
  ],
  ['Error response from daemon: manifest for node:99 not found: manifest unknown', 'IMAGE_UNAVAILABLE'],
  [
    'Error response from daemon: pull access denied for x, repository does not exist or may require authorization',
    'IMAGE_REFUSED',
  ],
  [
    'Error response from daemon: Head "http://127.0.0.1:5000/v2/x/manifests/1": no basic auth credentials',
    'IMAGE_REFUSED',
  ],
  ['failed to register layer: write /usr/x: no space left on device', 'DISK_FULL'],
  [
    'permission denied while trying to connect to the Docker daemon socket at unix:///var/run/docker.sock',
    'DOCKER_RIGHTS',
  ],
] as const)('a pull: %s', (words, code) => {
  expect(pullFault(said(words), 'node:24-slim', doing).code).toBe(code);
});
