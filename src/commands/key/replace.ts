import { keyNamed, revokeKey, rotateKey } from '../../config/key-ring.ts';
import { loadKeys, ownerId, readOwnerKey, rotateOwnerKey } from '../../config/keys.ts';
import type { Context } from '../../context.ts';
import { failure } from '../../errors.ts';
import { expiryField } from './expiry.ts';
import { isOwner, keyFacts, ringOf, showMade } from './ring.ts';

const oldEnds = 'What uses it stops working at once.';

const ask = async ({ output }: Context, question: string): Promise<void> => {
  if (!(await output.confirm(`${question} ${oldEnds}`, { flag: '--yes', initial: false }))) {
    throw failure('CANCELLED', {});
  }
};

/** The owner's key stands in a file of its own; a first one replaces nothing, so there is nothing to ask. */
const rotateOwner = async (context: Context): Promise<void> => {
  const { system, paths, output } = context;
  const old = await readOwnerKey(system, paths);
  if (old !== undefined) await ask(context, 'Replace the owner key by a new one?');
  const plain = await rotateOwnerKey(system, paths);
  output.data({ key: plain, file: paths.ownerKeyFile });
  output.print(plain);
  if (old !== undefined) output.note('The old key no longer works: give your tools the new one.');
};

export interface RotateOptions {
  readonly file?: string;
  readonly expires?: number;
}

/** Replaces a key by a new one that may do the same. */
export const replaceKey = async (context: Context, name = ownerId, options: RotateOptions): Promise<void> => {
  const ring = ringOf(context, options.file);
  if (isOwner(ring, name)) {
    if (options.expires !== undefined) throw failure('USAGE', { problem: ownerStays, command: 'key rotate' });
    return rotateOwner(context);
  }
  const { expiresAt, name: spelt } = keyNamed(await loadKeys(context.system, ring.file), name);
  const isPast = expiresAt !== undefined && expiresAt <= context.system.clock.now();
  if (isPast && options.expires === undefined) throw failure('KEY_PAST', { name: spelt });
  await ask(context, `Replace the key "${spelt}" by a new one?`);
  const changed = options.expires === undefined ? {} : { expiresAt: expiryField(options.expires) };
  showMade(context, await rotateKey(ring, spelt, changed), ring.file);
  context.output.note('The old key no longer works. This is the only time the new one is shown.');
};

const ownerStays = 'The owner key does not expire.';

/** Takes a key away for good. */
export const takeKeyAway = async (
  context: Context,
  name: string,
  file: string | undefined,
): Promise<void> => {
  const { output, system } = context;
  const ring = ringOf(context, file);
  const { name: spelt, id } = keyNamed(await loadKeys(system, ring.file), name);
  if (id === ownerId) throw failure('KEY_IS_OWNER', {});
  await ask(context, `Take the key "${spelt}" away?`);
  const revoked = await revokeKey(ring, spelt);
  output.data({ revoked: keyFacts(revoked), file: ring.file });
  output.note(`The key "${spelt}" no longer works.`);
};
