import { dirname, join, relative, sep } from 'node:path';
import type { System } from '../../system/system.ts';

/**
 * The folder layout of huggingface_hub (file_download.py): `models--org--repo/` with `blobs/<hash>`,
 * `refs/<revision>` that hold a commit, and `snapshots/<commit>/<path>` that are links to the blobs.
 */

const repoFolder = (cache: string, repo: string): string =>
  join(cache, `models--${repo.replaceAll('/', '--')}`);

export const blobFile = (cache: string, repo: string, hash: string): string =>
  join(repoFolder(cache, repo), 'blobs', hash);

/** What is downloaded so far. Older versions of huggingface_hub use the same name, newer ones one of their own. */
export const incompleteFile = (blob: string): string => `${blob}.incomplete`;

export const snapshotFolder = (cache: string, repo: string, commit: string): string =>
  join(repoFolder(cache, repo), 'snapshots', commit);

const refFile = (cache: string, repo: string, revision: string): string =>
  join(repoFolder(cache, repo), 'refs', ...revision.split('/'));

/** Held while a blob is downloaded; among the locks of huggingface_hub, so that it does not take it for a model. */
export const blobLock = (cache: string, repo: string, hash: string): string =>
  join(cache, '.locks', `models--${repo.replaceAll('/', '--')}`, `${hash}.localai`);

const isCommit = (revision: string): boolean => /^[0-9a-f]{40}$/.test(revision);

/** The commit that a revision meant when it was last asked for; undefined when it never was. */
export const cachedCommit = async (
  system: System,
  cache: string,
  repo: string,
  revision: string,
): Promise<string | undefined> => {
  if (isCommit(revision)) return revision;
  const commit = (await system.files.readText(refFile(cache, repo, revision)))?.trim();
  return commit !== undefined && isCommit(commit) ? commit : undefined;
};

export const writeRef = async (
  system: System,
  cache: string,
  repo: string,
  revision: string,
  commit: string,
): Promise<void> => {
  if (!isCommit(revision)) await system.files.writeAtomic(refFile(cache, repo, revision), commit);
};

/** Makes `path` of a snapshot a link to its blob; it is relative, so that the whole cache can be moved. */
export const linkBlob = async (system: System, link: string, blob: string): Promise<void> => {
  const target = relative(dirname(link), blob);
  if ((await system.files.readlink(link).catch(() => undefined)) === target) return;
  await system.files.mkdir(dirname(link));
  await system.files.symlink(target, link);
};

/** Paths of all files in a folder, below it, `/` between parts; links count, whatever they lead to. */
export const filesBelow = async (system: System, folder: string): Promise<readonly string[]> => {
  const walk = async (at: string): Promise<readonly string[]> => {
    const names = await system.files.list(at);
    const inner = await Promise.all(
      names.map(async (name) => {
        const path = join(at, name);
        return (await system.files.lstat(path))?.kind === 'folder' ? walk(path) : [path];
      }),
    );
    return inner.flat();
  };
  return (await walk(folder)).map((path) => relative(folder, path).split(sep).join('/'));
};
