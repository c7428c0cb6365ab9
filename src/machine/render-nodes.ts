import type { System } from '../system/system.ts';
import type { RenderNode } from './report.ts';

/** Device files through which AMD's and Intel's cards compute. */
export const findRenderNodes = async ({ files }: System): Promise<readonly RenderNode[]> => {
  const names = (await files.list('/dev/dri').catch(() => [])).filter((name) => name.startsWith('renderD'));
  const kfd = (await files.stat('/dev/kfd').catch(() => undefined)) ? ['/dev/kfd'] : [];
  const paths = [...names.map((name) => `/dev/dri/${name}`), ...kfd];
  return Promise.all(paths.map(async (path) => ({ path, usable: await files.mayWrite(path) })));
};
