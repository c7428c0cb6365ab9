import { lstat, mkdir, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname } from 'node:path';
import { type Listener, type OnConnection, openListener } from './listener.ts';

/**
 * Listens on a Unix socket which, from its first moment on, only those can use whom `mode` lets in. What a server that
 * is gone left at the path is removed; a socket that somebody answers on, and anything else, is not: an Error with a
 * reason for people. The folder is made (0700) when there is none. Closing removes the socket.
 */
export type ListenUnix = (path: string, mode: number, onConnection: OnConnection) => Promise<Listener>;

/** Whether a server listens there. */
const isLive = (path: string): Promise<boolean> =>
  new Promise((resolve, reject) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED' || error.code === 'ENOENT') resolve(false);
      else reject(error);
    });
  });

const makeWay = async (path: string): Promise<void> => {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const found = await lstat(path).catch(() => undefined);
  if (!found) return;
  if (!found.isSocket()) throw new Error('there is a file of that name');
  if (await isLive(path)) throw new Error('another server listens there');
  await rm(path, { force: true });
};

export const listenUnix: ListenUnix = async (path, mode, onConnection) => {
  await makeWay(path);
  return openListener(onConnection, (server) => {
    // The socket is made within `listen`: no moment in which others could connect.
    const before = process.umask(0o777 & ~mode);
    try {
      server.listen(path);
    } finally {
      process.umask(before);
    }
  });
};
