import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { type ConfigEntry, readConfigFile } from './file.ts';
import { nearest } from './nearest.ts';
import type { Paths } from './paths.ts';
import {
  type Config,
  type SettingKey,
  type SettingOrigin,
  type Settings,
  settingKeys,
  settings,
  variableOf,
} from './schema.ts';
import { warnOfStrays } from './stray-variables.ts';

/** Throws CONFIG_UNKNOWN_KEY, with the nearest key there is. */
export const settingKey = (key: string, place: string): SettingKey => {
  const known = settingKeys.find((one) => one === key);
  if (known) return known;
  const near = nearest(key, settingKeys);
  throw failure('CONFIG_UNKNOWN_KEY', { place, key, nearest: near ? `Did you mean ${near}? ` : '' });
};

/** Checks a value that has its type already. Throws CONFIG_BAD_VALUE. */
const checked = (key: SettingKey, value: unknown, place: string): unknown => {
  const result = settings[key].safeParse(value);
  if (result.success) return result.data;
  const problem = result.error.issues[0]?.message ?? 'not valid';
  throw failure('CONFIG_BAD_VALUE', { place, key, problem, description: settings[key].description ?? key });
};

/** Reads a value from text, where everything is a string: the first reading that the setting takes. Throws CONFIG_BAD_VALUE. */
export const parseSetting = (key: SettingKey, text: string, place: string): unknown => {
  const readings: unknown[] = [text];
  if (text.trim() !== '' && Number.isFinite(Number(text))) readings.push(Number(text));
  if (text === 'true' || text === 'false') readings.push(text === 'true');
  const fits = readings.find((reading) => settings[key].safeParse(reading).success);
  return checked(key, fits ?? readings.at(-1), place);
};

type Layer = ReadonlyMap<SettingKey, { readonly value: unknown; readonly where: string }>;

const fromFile = (path: string, entries: readonly ConfigEntry[]): Layer =>
  new Map(
    entries.map(({ key, value, line }) => {
      const where = `${path}:${line}`;
      const known = settingKey(key, where);
      return [known, { value: checked(known, value, where), where }];
    }),
  );

const fromEnvironment = (env: System['env']): Layer =>
  new Map(
    settingKeys.flatMap((key) => {
      const where = variableOf(key);
      const text = env[where];
      return text === undefined || text === ''
        ? []
        : [[key, { value: parseSetting(key, text, where), where }] as const];
    }),
  );

const fromFlags = (flags: Partial<Settings>): Layer =>
  new Map(
    Object.entries(flags).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const where = 'the command line';
      const key = settingKey(name, where);
      return [[key, { value: checked(key, value, where), where }] as const];
    }),
  );

export interface LoadOptions {
  readonly flags?: Partial<Settings>;
  /** Told of LOCALAI_* variables that are none of ours, once per set of them. */
  readonly warn?: (text: string) => void;
  /** Tell it again. */
  readonly repeat?: boolean;
}

/**
 * The settings: defaults < config.yaml < LOCALAI_* variables < flags. Throws CONFIG_SYNTAX, CONFIG_UNKNOWN_KEY and
 * CONFIG_BAD_VALUE, which name the place; unknown LOCALAI_* variables only warn.
 */
export const loadConfig = async (
  system: System,
  paths: Paths,
  options: LoadOptions = {},
): Promise<Config> => {
  if (options.warn) await warnOfStrays(system, paths, options.warn, options.repeat ?? false);
  const file = await readConfigFile(system, paths.configFile);
  const layers: readonly (readonly [SettingOrigin, Layer])[] = [
    ['flag', fromFlags(options.flags ?? {})],
    ['environment', fromEnvironment(system.env)],
    ['file', fromFile(file.path, file.entries)],
  ];
  const resolved = settingKeys.map((key) => {
    for (const [from, layer] of layers) {
      const found = layer.get(key);
      if (found) return [key, { value: found.value, from, where: found.where }] as const;
    }
    const value: unknown = settings[key].parse(undefined);
    return [key, { value, from: 'default' as const, where: 'default' }] as const;
  });
  return {
    values: Object.fromEntries(resolved.map(([key, { value }]) => [key, value])) as Settings,
    origins: Object.fromEntries(
      resolved.map(([key, { from, where }]) => [key, { from, where }]),
    ) as Config['origins'],
  };
};
