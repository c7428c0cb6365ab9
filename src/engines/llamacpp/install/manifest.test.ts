import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { realSystem } from '../../../system/system.ts';
import { binariesFor } from './binaries.ts';
import { libraryVersion, manifestFor, readTemplate } from './manifest.ts';

const packageFolder = fileURLToPath(new URL('../../../../', import.meta.url));
const template = await readTemplate(realSystem(), packageFolder);

const gpus = (...vendors: ('nvidia' | 'amd')[]) => ({
  value: vendors.map((vendor) => ({ vendor, name: vendor, memoryBytes: null })),
});

test('the shipped lock pins every package by hash and names no download address', () => {
  const packages = Object.entries(template.lockFile.packages).filter(([place]) => place !== '');
  expect(packages.length).toBeGreaterThan(100);
  for (const [place, entry] of packages) {
    expect(entry['integrity'], place).toMatch(/^sha512-/);
    expect(entry['resolved'], place).toBeUndefined();
  }
  expect(template.packageFile.dependencies).toEqual({ 'node-llama-cpp': libraryVersion });
  for (const version of Object.values(template.packageFile.optionalDependencies ?? {})) {
    expect(version).toBe(libraryVersion);
  }
});

test('a manifest holds the compiled parts that were asked for and no others', () => {
  const made = manifestFor(template, ['@node-llama-cpp/linux-x64']);
  const lock = JSON.parse(made.lockFile) as typeof template.lockFile;
  const parts = Object.keys(lock.packages).filter((place) =>
    place.startsWith('node_modules/@node-llama-cpp/'),
  );
  expect(parts).toEqual(['node_modules/@node-llama-cpp/linux-x64']);
  expect(lock.packages['node_modules/@node-llama-cpp/linux-x64']).not.toHaveProperty('optional');
  expect(lock.packages['']?.['dependencies']).toEqual(JSON.parse(made.packageFile).dependencies);
  expect(made.pinned).toBe(true);
});

test('other compiled parts go to another folder, and what the lock does not know is not called pinned', () => {
  const cpu = manifestFor(template, ['@node-llama-cpp/linux-x64']);
  const cuda = manifestFor(template, ['@node-llama-cpp/linux-x64', '@node-llama-cpp/linux-x64-cuda']);
  expect(cuda.hash).not.toBe(cpu.hash);
  expect(manifestFor(template, ['@node-llama-cpp/mac-arm64-metal']).pinned).toBe(false);
});

test('a graphics card brings its own compiled part, and the one for the processor beside it', () => {
  const linux = { platform: 'linux', arch: 'x64' };
  expect(binariesFor({ ...linux, gpus: gpus('nvidia') }, 'auto')?.packages).toEqual([
    '@node-llama-cpp/linux-x64',
    '@node-llama-cpp/linux-x64-cuda',
    '@node-llama-cpp/linux-x64-cuda-ext',
  ]);
  expect(binariesFor({ ...linux, gpus: gpus('amd') }, 'auto')?.backend).toBe('vulkan');
  expect(binariesFor({ ...linux, gpus: gpus('nvidia') }, 'off')?.backend).toBe('cpu');
  expect(binariesFor({ ...linux, gpus: { notChecked: 'no lspci' } }, 'auto')?.backend).toBe('cpu');
  expect(binariesFor({ platform: 'win32', arch: 'x64', gpus: gpus() }, 'auto')).toBeUndefined();
});
