import { dirname } from 'node:path';
import type { Endpoint } from '../../api/models.ts';
import { failure } from '../../errors.ts';
import type { System } from '../../system/system.ts';

/**
 * Makes sure that only we can reach the folder of a socket, and removes what an earlier engine left at its place.
 * The folder may be in the world's temporary one, where somebody else could have made it first. Throws PERMISSION.
 */
export const prepareSocket = async (system: System, endpoint: Endpoint): Promise<void> => {
  if (!('socket' in endpoint)) return;
  const { files, user } = system;
  const folder = dirname(endpoint.socket);
  await files.mkdir(folder, 0o700);
  const facts = await files.lstat(folder);
  const ours = facts?.kind === 'folder' && (user === undefined || facts.uid === user.uid);
  if (!ours) throw failure('PERMISSION', { path: folder, problem: 'it is not a folder of yours' });
  if ((facts.mode & 0o077) !== 0) await files.chmod(folder, 0o700);
  await files.remove(endpoint.socket);
};
