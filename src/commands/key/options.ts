import { InvalidArgumentError, Option } from 'commander';
import { type KeyRecord, keyPriorities, keyScopes } from '../../config/keys.ts';
import { readExpiry } from './expiry.ts';

type Scope = KeyRecord['scopes'][number];

const isScope = (text: string): text is Scope => keyScopes.some((scope) => scope === text);

const parts = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== ''),
  ),
];

const scopes = (text: string): readonly Scope[] => {
  const wanted = parts(text);
  const known = wanted.filter(isScope);
  if (known.length === wanted.length && known.length > 0) return known;
  throw new InvalidArgumentError(`It must be of ${keyScopes.join(', ')}, with commas between.`);
};

const models = (text: string): readonly string[] => {
  const names = parts(text);
  if (names.length > 0) return names;
  throw new InvalidArgumentError('It must name models or roles, with commas between.');
};

const count = (text: string): number => {
  if (/^[1-9]\d{0,6}$/.test(text)) return Number(text);
  throw new InvalidArgumentError('It must be a whole number from 1.');
};

export interface CreateOptions {
  readonly scopes: readonly Scope[];
  readonly models?: readonly string[];
  readonly rpm?: number;
  readonly parallel?: number;
  readonly expires?: number;
  readonly priority?: (typeof keyPriorities)[number];
}

/** `--expires`; the time is counted from when it is read. */
export const expiresOption = (description: string): Option =>
  new Option('--expires <when>', description).argParser((text) => readExpiry(text, Date.now()));

/** Another keys.json, for a gateway that has one of its own. */
export const fileOption = (): Option =>
  new Option('--file <keys.json>', 'another file of keys: the `keysFile` of a gateway that runs alone');

/** The options of `key create`. */
export const createOptions = (): readonly Option[] => [
  new Option('--scopes <list>', `what it is for: ${keyScopes.join(', ')}`)
    .default(['inference'], 'inference')
    .argParser(scopes),
  new Option('--models <list>', 'ids or roles of the models it may use; all when absent').argParser(models),
  new Option('--rpm <requests>', 'requests a minute').argParser(count),
  new Option('--parallel <requests>', 'requests open at once').argParser(count),
  expiresOption('30d, 12h, 2w, 1y, or a day: 2027-01-31'),
  new Option('--priority <band>', 'how urgent its requests are; one may ask for less').choices(keyPriorities),
];
