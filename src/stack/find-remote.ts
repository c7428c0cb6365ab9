import { resolve } from 'node:path';
import type { Settings } from '../config/schema.ts';
import { serverUrl } from '../engines/remote/ask-server.ts';
import type { RemoteOptions } from '../engines/remote/engine.ts';
import { readRemote } from '../engines/remote/read-remote.ts';
import { reason } from '../errors.ts';
import type { System } from '../system/system.ts';

type KeyPlace = RemoteOptions['key'];

const keyPlace = (system: System, settings: Settings): KeyPlace => {
  const { 'remote.keyFile': file, 'remote.keyVariable': variable } = settings;
  if (file !== undefined) return { file: resolve(system.cwd, file.replace(/^~(?=\/)/, system.home)) };
  return variable === undefined ? undefined : { variable };
};

const plainKey = async ({ env, files }: System, place: NonNullable<KeyPlace>): Promise<string | undefined> =>
  ('file' in place ? await files.readText(place.file) : env[place.variable])?.trim();

/** The server elsewhere that the settings name, asked what it is when it is the engine that was asked for. */
export const findRemote = async (system: System, settings: Settings): Promise<RemoteOptions> => {
  const { engine, 'remote.url': given } = settings;
  const key = keyPlace(system, settings);
  const url = given === undefined ? undefined : serverUrl(given);
  if (url === undefined || engine !== 'remote') return { url, key, found: undefined };
  if (!URL.canParse(url)) return { url, key, found: { problem: 'this is no address' } };
  if (key === undefined) return { url, key, found: await readRemote(system, { url, key: undefined }) };
  const where = 'file' in key ? key.file : key.variable;
  try {
    const plain = await plainKey(system, key);
    if (!plain) return { url, key, found: { problem: `there is no key in ${where}` } };
    return { url, key, found: await readRemote(system, { url, key: plain }) };
  } catch (caught) {
    return { url, key, found: { problem: `its key cannot be read: ${reason(caught)}` } };
  }
};
