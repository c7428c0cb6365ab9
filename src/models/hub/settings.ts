import { join } from 'node:path';
import type { System } from '../../system/system.ts';

/** How the hub is reached: the variables of huggingface_hub (its constants.py), so that what works there works here. */
export interface HubSettings {
  /** Without a slash at its end. */
  readonly endpoint: string;
  readonly token: string | undefined;
  readonly offline: boolean;
  /** How long the hub may take to begin an answer, ms (HF_HUB_ETAG_TIMEOUT, in seconds). */
  readonly answerTimeoutMs: number;
  /** How long a download may pause, ms (HF_HUB_DOWNLOAD_TIMEOUT, in seconds). */
  readonly stallTimeoutMs: number;
}

const isTrue = (value: string | undefined): boolean =>
  ['1', 'ON', 'YES', 'TRUE'].includes(value?.toUpperCase() ?? '');

const seconds = (value: string | undefined, fallback: number): number => {
  const number = Number(value);
  return (number > 0 ? number : fallback) * 1000;
};

const clean = (token: string | undefined): string | undefined => {
  const text = token?.replace(/[\r\n]/g, '').trim();
  return text === '' ? undefined : text;
};

const tokenFile = ({ env, home }: System): string => {
  if (env['HF_TOKEN_PATH']) return env['HF_TOKEN_PATH'];
  const cache = env['XDG_CACHE_HOME'] || join(home, '.cache');
  return join(env['HF_HOME'] || join(cache, 'huggingface'), 'token');
};

const readToken = async (system: System): Promise<string | undefined> => {
  const { env, files } = system;
  if (isTrue(env['HF_HUB_DISABLE_IMPLICIT_TOKEN'])) return undefined;
  const named = clean(env['HF_TOKEN']) ?? clean(env['HUGGING_FACE_HUB_TOKEN']);
  return named ?? clean(await files.readText(tokenFile(system)));
};

/** Whether the environment forbids asking the hub. */
const isOffline = ({ env }: System): boolean =>
  isTrue(env['HF_HUB_OFFLINE']) || isTrue(env['TRANSFORMERS_OFFLINE']);

export const readHubSettings = async (system: System): Promise<HubSettings> => ({
  endpoint: (system.env['HF_ENDPOINT'] || 'https://huggingface.co').replace(/\/+$/, ''),
  token: await readToken(system),
  offline: isOffline(system),
  answerTimeoutMs: seconds(system.env['HF_HUB_ETAG_TIMEOUT'], 10),
  stallTimeoutMs: seconds(system.env['HF_HUB_DOWNLOAD_TIMEOUT'], 30),
});
