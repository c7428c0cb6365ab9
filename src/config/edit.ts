import { join } from 'node:path';
import { type Document, isCollection, isMap } from 'yaml';
import { withLock } from '../system/lock.ts';
import type { System } from '../system/system.ts';
import { configSchemaVersion, readConfigFile } from './file.ts';
import { parseSetting, settingKey } from './load.ts';
import type { Paths } from './paths.ts';

const locked = <T>(system: System, paths: Paths, work: () => Promise<T>): Promise<T> =>
  withLock(system, join(paths.locks, 'config.lock'), { what: 'changing settings', waitMs: 10_000 }, work);

const save = (system: System, path: string, document: Document): Promise<void> =>
  system.files.writeAtomic(path, document.toString(), 0o600);

const freshComment = ' Settings of localai; all of them: localai config list';

/**
 * Sets one value in config.yaml and keeps everything else as it was written, comments included. Returns the value
 * as it will be read. Throws CONFIG_UNKNOWN_KEY and CONFIG_BAD_VALUE before anything is written.
 */
export const setSetting = async (
  system: System,
  paths: Paths,
  name: string,
  text: string,
): Promise<unknown> => {
  const place = 'the command line';
  const key = settingKey(name, place);
  const value = parseSetting(key, text, place);
  return locked(system, paths, async () => {
    const { path, document, entries } = await readConfigFile(system, paths.configFile);
    if (document.contents === null) {
      document.commentBefore ??= freshComment;
      document.contents = document.createNode({ schemaVersion: configSchemaVersion });
    }
    const written = entries.find((entry) => entry.key === key)?.path ?? key.split('.');
    const [group = '', ...below] = written;
    // `gateway:` with nothing below it is there, but holds no keys yet.
    if (below.length > 0 && !isMap(document.get(group))) document.set(group, document.createNode({}));
    document.setIn(written, value);
    await save(system, path, document);
    return value;
  });
};

/** Takes one value out of config.yaml; false when it was not there. */
export const unsetSetting = async (system: System, paths: Paths, name: string): Promise<boolean> => {
  const key = settingKey(name, 'the command line');
  return locked(system, paths, async () => {
    const { path, document, entries } = await readConfigFile(system, paths.configFile);
    const written = entries.find((entry) => entry.key === key)?.path;
    if (!written) return false;
    document.deleteIn(written);
    const above = written.slice(0, -1);
    const group = above.length > 0 ? document.getIn(above) : undefined;
    if (isCollection(group) && group.items.length === 0) document.deleteIn(above);
    await save(system, path, document);
    return true;
  });
};
