import { loadConfig } from '../../config/load.ts';
import type { Paths } from '../../config/paths.ts';
import { type Settings, settings as schema } from '../../config/schema.ts';
import { strayVariables } from '../../config/stray-variables.ts';
import { isFailure, reason } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import type { SettingsFacts } from '../facts.ts';

type Read = Pick<Settings, 'gateway.host' | 'gateway.port' | 'context'>;

const defaults: Read = {
  'gateway.host': schema['gateway.host'].parse(undefined),
  'gateway.port': schema['gateway.port'].parse(undefined),
  context: undefined,
};

const read = async (
  system: System,
  paths: Paths,
): Promise<{ readonly values: Read; readonly problem: SettingsFacts['problem'] }> => {
  try {
    return { values: (await loadConfig(system, paths)).values, problem: null };
  } catch (caught) {
    const problem = isFailure(caught)
      ? { message: caught.message, hint: caught.hint }
      : { message: reason(caught), hint: `ls -l ${paths.configFile}` };
    return { values: defaults, problem };
  }
};

/** The settings; a file that cannot be read is a finding, and the defaults stand in for it. */
export const probeSettings = async (system: System, paths: Paths): Promise<SettingsFacts> => {
  const { values, problem } = await read(system, paths);
  return {
    file: paths.configFile,
    problem,
    host: values['gateway.host'],
    port: values['gateway.port'],
    context: values.context ?? null,
    strayVariables: strayVariables(system.env),
  };
};
