import { expect, test } from 'vitest';
import type { RunResult } from '../../system/run.ts';
import { outcomeOf } from './outcome.ts';
import { chooseProbeImage } from './probe-image.ts';

const ran = (exitCode: number, stdout: string, stderr = '', timedOut = false): RunResult => ({
  ...{ exitCode, signal: undefined, stdout, stderr, timedOut, notFound: false, ok: exitCode === 0 },
});

test.each([
  ['it computed', ran(0, 'cuda ok 1 NVIDIA GeForce RTX 4090\n'), true, null],
  [
    'no toolkit',
    ran(
      125,
      '',
      'docker: Error response from daemon: could not select device driver "nvidia" with capabilities: [[gpu]].\n',
    ),
    false,
    /^could not select device driver/,
  ],
  [
    'CUDA fails',
    ran(
      1,
      '',
      'Traceback (most recent call last):\n  File "<string>"\nRuntimeError: Error 803: unsupported\n',
    ),
    false,
    /^RuntimeError: Error 803/,
  ],
  ['no end', ran(0, '', '', true), false, /did not end in time/],
])('with the engine image: %s', (_name, result, works, problem) => {
  const outcome = outcomeOf(result, 'cuda');
  expect(outcome.works).toBe(works);
  if (problem) expect(outcome.problem).toMatch(problem);
});

test.each([
  ['it is seen', ran(0, 'GPU 0: NVIDIA GeForce RTX 4090 (UUID: GPU-1)\n'), true],
  [
    'nothing was put in',
    ran(127, '', 'exec: "nvidia-smi": executable file not found in $PATH: unknown.\n'),
    false,
  ],
  [
    'it was put in and cannot run',
    ran(127, '', 'exec /usr/bin/nvidia-smi: no such file or directory\n'),
    null,
  ],
  ['it is there and sees nothing', ran(0, 'No devices were found\n'), false],
])('with another image: %s', (_name, result, works) => {
  expect(outcomeOf(result, 'nvidia-smi').works).toBe(works);
});

test('the engine image proves the most; some images cannot prove anything', () => {
  expect(chooseProbeImage(['node:24-slim', 'vllm/vllm-openai:v0.32.0'])).toEqual({
    ...{ image: 'vllm/vllm-openai:v0.32.0', proof: 'cuda' },
  });
  expect(chooseProbeImage(['alpine:3', 'busybox:latest', 'node:24-slim'])).toEqual({
    ...{ image: 'node:24-slim', proof: 'nvidia-smi' },
  });
  expect(chooseProbeImage(['node:24-alpine'])).toBeUndefined();
});
