import { resolve } from 'node:path';
import type { KeyRing } from '../../config/key-ring.ts';
import { type KeyRecord, type MadeKey, ownerId } from '../../config/keys.ts';
import type { Context } from '../../context.ts';

/** The keys of this machine, or those in the file that was named. */
export const ringOf = ({ system, paths }: Context, file: string | undefined): KeyRing => ({
  system,
  paths,
  file: file === undefined ? paths.keysFile : resolve(system.cwd, file),
});

export const isOwnFile = ({ paths, file }: KeyRing): boolean => file === paths.keysFile;

export const isOwner = (ring: KeyRing, name: string): boolean =>
  isOwnFile(ring) && name.toLowerCase() === ownerId;

/** A key for programs: everything but its hash. */
export const keyFacts = ({ sha256: _hash, ...facts }: KeyRecord): object => facts;

/** The only time that a key is shown: alone on stdout. */
export const showMade = ({ output }: Context, { plain, record }: MadeKey, file: string): void => {
  output.data({ key: plain, ...keyFacts(record), file });
  output.print(plain);
};
