import { dirname, join } from 'node:path';
import { failure } from '../../errors.ts';
import { readHubSettings } from '../../models/hub/settings.ts';
import type { System } from '../../system/system.ts';
import { type KeptValue, mergeEnv, renderEnvExample } from './env-file.ts';
import type { StackPlaces } from './places.ts';
import { renderReadme } from './readme.ts';
import type { StackEnv } from './variables.ts';

/** The values that hold once the user's edits are counted. */
export interface SettledEnv {
  readonly text: string;
  readonly values: StackEnv;
  readonly kept: readonly KeptValue[];
}

const readBase = async (system: System, file: string): Promise<Record<string, string> | undefined> => {
  const text = await system.files.readText(file);
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Record<string, string>;
  } catch {
    return undefined;
  }
};

/** Merges the plan's values with what .env says by now. */
export const settleEnv = async (system: System, places: StackPlaces, next: StackEnv): Promise<SettledEnv> => {
  const [base, found] = await Promise.all([
    readBase(system, places.envBase),
    system.files.readText(places.envFile),
  ]);
  const { text, values, kept } = mergeEnv(base, found, next);
  const settled = Object.fromEntries(
    Object.entries(next).map(([name, planned]) => [name, values.get(name) ?? planned]),
  ) as StackEnv;
  return { text, values: settled, kept };
};

/** All that is written into the stack's folder. */
export interface StackFiles {
  readonly compose: string;
  readonly env: SettledEnv;
  /** The plan's values, as the base of the next merge. */
  readonly planned: StackEnv;
  readonly gateway: string;
  readonly url: string;
  /** Engines' services, for their caches. */
  readonly services: readonly string[];
}

const writeIfOther = async (
  { files }: System,
  file: string,
  text: string,
  mode: number,
  backup?: string,
): Promise<void> => {
  const before = await files.readText(file);
  if (before === text) return;
  if (before !== undefined && backup !== undefined) await files.writeAtomic(backup, before, mode);
  await files.writeAtomic(file, text, mode);
};

const templateText = async ({ files }: System, packageFolder: string, ...path: string[]): Promise<string> => {
  const file = join(packageFolder, 'templates', ...path);
  const text = await files.readText(file);
  if (text === undefined) throw failure('BUG', { problem: `${file} is missing from the package` });
  return text;
};

export const composeTemplate = (system: System, packageFolder: string): Promise<string> =>
  templateText(system, packageFolder, 'compose', 'compose.yaml');

/**
 * Writes the stack's folder. What is the same stays untouched; the compose.yaml before this one is kept beside it. The
 * user's compose.override.yaml is not looked at.
 */
export const writeStack = async (
  system: System,
  packageFolder: string,
  places: StackPlaces,
  written: StackFiles,
): Promise<void> => {
  const { files } = system;
  const folders = [
    ...[places.folder, places.engineStates, places.logs, places.data, places.cache, places.app],
    ...[join(places.data, 'engines'), join(places.data, 'pull')],
    ...written.services.map((service) => join(places.cache, service)),
  ];
  // Docker makes what is missing, and makes it root's.
  for (const folder of folders) await files.mkdir(folder, 0o700);
  await files.mkdir(written.env.values.LOCALAI_MODELS);
  const { token } = await readHubSettings(system);
  const run = await templateText(system, packageFolder, 'engine-run');
  const previous = join(dirname(places.envBase), 'compose.yaml.before');
  await writeIfOther(system, places.tokenFile, token === undefined ? '' : `${token}\n`, 0o600);
  await writeIfOther(system, places.engineRun, run, 0o755);
  await writeIfOther(system, places.gatewayFile, written.gateway, 0o600);
  await writeIfOther(system, places.envExample, renderEnvExample(), 0o644);
  await writeIfOther(system, places.readme, renderReadme(written.url), 0o644);
  await writeIfOther(system, places.envFile, written.env.text, 0o600);
  await writeIfOther(system, places.envBase, `${JSON.stringify(written.planned, undefined, 2)}\n`, 0o600);
  await writeIfOther(system, places.composeFile, written.compose, 0o644, previous);
  await files.chmod(places.envFile, 0o600);
};
