import type { System } from '../system/system.ts';
import { nearest } from './nearest.ts';
import type { Paths } from './paths.ts';
import { settingKeys, variableOf } from './schema.ts';

/** Variables of ours that are no settings, and what they mean. */
export const otherVariables = {
  LOCALAI_HOME:
    'one folder for everything of localai; models stay in the Hugging Face cache when an HF_* variable says so',
  LOCALAI_URL: 'the gateway that `chat` talks to, instead of the one on this machine',
  LOCALAI_API_KEY: 'the key for that gateway',
  LOCALAI_NO_REEXEC: '`1`: on a Node that is too old, say so instead of running on a newer one from npm',
} as const;

const prefix = 'LOCALAI_';

const withoutPrefix = (name: string): string => name.slice(prefix.length);

/** Variables that begin like ours but are not: a slip, or another project's (LocalAI uses the same prefix). */
export const strayVariables = (env: System['env']): string => {
  const known = [...settingKeys.map(variableOf), ...Object.keys(otherVariables)];
  const strays = Object.keys(env).filter((name) => name.startsWith(prefix) && !known.includes(name));
  const named = strays.sort().map((name) => {
    const near = nearest(withoutPrefix(name), known.map(withoutPrefix));
    return near ? `${name} (did you mean ${prefix}${near}?)` : name;
  });
  return named.join(', ');
};

/** Warns of such variables: once per set of them, or each time with `repeat`. */
export const warnOfStrays = async (
  system: System,
  paths: Paths,
  warn: (text: string) => void,
  repeat: boolean,
): Promise<void> => {
  const strays = strayVariables(system.env);
  if (strays === '') return;
  // Few machines need it, and it takes a while to load.
  const { openState } = await import('./state.ts');
  const state = openState(paths);
  if (state.get('toldVariables') === strays && !repeat) return;
  state.set('toldVariables', strays);
  warn(`these variables are none of ours and change nothing: ${strays}`);
};
