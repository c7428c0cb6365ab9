import { join } from 'node:path';
import { failure } from '../../errors.ts';
import type { System } from '../../system/system.ts';

/** What of the package the gateway and `pull` need; the rest stays away. */
const parts = ['bin', 'dist', 'webui-dist', 'package.json'] as const;

/** How many copies stay: the one that runs and the one before it. */
const keep = 2;

/**
 * The name of this build's copy: its version and a mark of its program, which names its parts by their content. Throws
 * NOT_BUILT.
 */
export const copyName = async (system: System, packageFolder: string, version: string): Promise<string> => {
  const file = join(packageFolder, 'dist', 'cli.js');
  if (!(await system.files.stat(file))) throw failure('NOT_BUILT', { file });
  return `${version}-${(await system.files.sha256(file)).slice(0, 8)}`;
};

/** Copies localai into the stack, so that it depends on no folder that npm may clean. Does nothing when it is there. */
export const copyOwn = async (
  { files }: System,
  packageFolder: string,
  appFolder: string,
  name: string,
): Promise<void> => {
  const target = join(appFolder, name);
  if (await files.stat(target)) return;
  await files.mkdir(appFolder);
  const half = await files.mkdtemp(appFolder, '.half-');
  try {
    for (const part of parts) {
      const from = join(packageFolder, part);
      if (await files.stat(from)) await files.copy(from, join(half, part));
    }
    // mkdtemp makes it for its owner alone; whoever runs the container may be another one.
    await files.chmod(half, 0o755);
    await files.rename(half, target);
  } catch (caught) {
    await files.remove(half);
    throw caught;
  }
};

/** Removes copies that are no longer of use. */
export const removeOldCopies = async ({ files }: System, appFolder: string, name: string): Promise<void> => {
  const others = (await files.list(appFolder)).filter((one) => one !== name);
  const dated = await Promise.all(
    others.map(async (one) => ({ one, modified: (await files.stat(join(appFolder, one)))?.modified ?? 0 })),
  );
  const old = dated.sort((a, b) => b.modified - a.modified).slice(keep - 1);
  await Promise.all(old.map(({ one }) => files.remove(join(appFolder, one))));
};
