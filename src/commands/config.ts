import { Command } from 'commander';
import { setSetting, unsetSetting } from '../config/edit.ts';
import { loadConfig, settingKey } from '../config/load.ts';
import { type SettingKey, settingKeys, settings } from '../config/schema.ts';
import { valueText } from '../config/value-forms.ts';
import type { DefineCommand } from './command.ts';

export const define: DefineCommand = (open) => {
  const config = new Command('config').description('show and change settings').addHelpText(
    'after',
    `
Settings come from, later ones win: defaults, config.yaml, LOCALAI_* variables, flags.

Examples:
  $ {localai} config list
  $ {localai} config set gateway.port 9000
  $ {localai} config set routing.aliases "gpt-*=coder,my-model=general"
  $ {localai} config get gateway.port`,
  );

  config
    .command('list')
    .description('every setting, its value and where it came from')
    .action(async (_options, command: Command) => {
      const { output, system, paths } = open(command);
      const { values, origins } = await loadConfig(system, paths, { warn: output.warn, repeat: true });
      const rows = settingKeys.map((key) => ({ key, value: values[key] ?? null, ...origins[key] }));
      output.data(rows);
      output.table(
        rows,
        [
          { title: 'SETTING', value: (row) => row.key },
          { title: 'VALUE', value: (row) => valueText(row.value) || '-' },
          { title: 'FROM', value: (row) => row.where },
          { title: 'WHAT IT IS', value: (row) => settings[row.key].description ?? '' },
        ],
        '',
      );
    });

  config
    .command('get')
    .argument('<key>', 'a setting, e.g. gateway.port')
    .description('one value; nothing when it has none')
    .action(async (name: string, _options, command: Command) => {
      const { output, config: load } = open(command);
      const key: SettingKey = settingKey(name, 'the command line');
      const { values, origins } = await load();
      output.data({ key, value: values[key] ?? null, ...origins[key] });
      output.print(valueText(values[key]));
    });

  config
    .command('set')
    .argument('<key>', 'a setting, e.g. gateway.port')
    .argument('<value>', 'its new value')
    .description('write a value to config.yaml; comments there are kept')
    .action(async (name: string, text: string, _options, command: Command) => {
      const { output, system, paths } = open(command);
      const value = await setSetting(system, paths, name, text);
      output.data({ key: name, value, file: paths.configFile });
      output.note(`${name} is now ${valueText(value)}, from the next \`{localai} up\` on.`);
    });

  config
    .command('unset')
    .argument('<key>', 'a setting, e.g. gateway.port')
    .description('take a value out of config.yaml')
    .action(async (name: string, _options, command: Command) => {
      const { output, system, paths } = open(command);
      const removed = await unsetSetting(system, paths, name);
      output.data({ key: name, removed, file: paths.configFile });
      output.note(removed ? `${name} has its default again.` : `${name} was not set in ${paths.configFile}.`);
    });

  config
    .command('path')
    .description('where config.yaml is, or will be')
    .action((_options, command: Command) => {
      const { output, paths } = open(command);
      output.data({ path: paths.configFile });
      output.print(paths.configFile);
    });

  return config;
};
