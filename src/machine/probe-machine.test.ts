import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { realClock } from '../system/clock.ts';
import { realSystem, type System } from '../system/system.ts';
import { known } from './known.ts';
import { probeMachine } from './probe-machine.ts';

let folder: string;
let system: System;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'localai-machine-'));
  system = realSystem({ HOME: folder, PATH: folder });
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A stand-in program on a PATH that holds nothing else. */
const program = (name: string, script: string): void => {
  writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, name), 0o755);
};

test('a machine with nothing on PATH has a report, and nothing in it is invented', async () => {
  const report = await probeMachine(system);
  expect(report).toMatchObject({ schemaVersion: 1, docker: { value: null }, pip: { value: null } });
  expect(report.cpu.cores).toBeGreaterThanOrEqual(1);
  expect(report.memory.availableBytes).toBeLessThanOrEqual(report.memory.totalBytes);
  expect(JSON.parse(JSON.stringify(report))).toEqual(report);
});

test('cards, Docker and pip are found', async () => {
  program(
    'nvidia-smi',
    'case "$1" in --query-gpu*) echo "0, NVIDIA GeForce RTX 3060, GPU-1, 00000000:01:00.0, 580.95.05, 12288, 300, 11988, 8.6, Disabled, 170.00, 170.00, 12.5, 40, Default, [N/A]";; esac',
  );
  program('lspci', 'echo \'00:02.0 "VGA compatible controller" "Intel Corporation" "UHD 630" ""\'');
  program('docker', 'echo "Docker version 28.2.2, build e6534b4"');
  program('pip3', '');
  const report = await probeMachine(system);
  expect(report.gpus).toEqual({
    value: [
      {
        vendor: 'nvidia',
        name: 'NVIDIA GeForce RTX 3060',
        memoryBytes: 12_288 * 1024 * 1024,
        nvidia: expect.objectContaining({ uuid: 'GPU-1', computeCapability: '8.6', mig: null, faults: [] }),
      },
      { vendor: 'intel', name: 'Intel Corporation UHD 630', memoryBytes: null },
    ],
  });
  expect(report.docker).toMatchObject({ value: { version: '28.2.2', daemon: { answers: false } } });
  expect(report.pip).toEqual({ value: join(folder, 'pip3') });
});

test('a driver that fails is reported, not hidden', async () => {
  program('lspci', 'true');
  program('nvidia-smi', 'echo "NVIDIA-SMI has failed because it could not reach the driver."; exit 9');
  program('docker', 'echo broken >&2; exit 1');
  const report = await probeMachine(system);
  expect(report.gpus).toEqual({ notChecked: expect.stringContaining('could not reach the driver') });
  expect(report.docker).toEqual({ notChecked: 'docker --version failed: broken' });
});

test('a probe that hangs is given up', async () => {
  const fact = await known(realClock, 'the oracle', 20, () => new Promise<string>(() => {}));
  expect(fact).toEqual({ notChecked: 'the oracle did not answer within 20 ms' });
});
