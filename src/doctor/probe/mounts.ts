/** A line of /proc/mounts (fstab(5)), as far as it is read. */
export interface Mount {
  readonly path: string;
  readonly type: string;
}

/** Blanks in paths are written as octal. */
const plainPath = (text: string): string =>
  text.replace(/\\([0-7]{3})/g, (_whole, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)));

export const parseMounts = (text: string): readonly Mount[] =>
  text.split('\n').flatMap((line) => {
    const [, path, type] = line.split(' ');
    return path && type ? [{ path: plainPath(path), type }] : [];
  });

/** The mount that holds a path: the longest that it begins with, and of several there the last one. */
export const mountOf = (path: string, mounts: readonly Mount[]): Mount | undefined => {
  let best: Mount | undefined;
  for (const mount of mounts) {
    const inside = mount.path === '/' || path === mount.path || path.startsWith(`${mount.path}/`);
    if (inside && mount.path.length >= (best?.path.length ?? 0)) best = mount;
  }
  return best;
};
