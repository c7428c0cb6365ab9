import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a test may make go wrong with a file, once for each time it is listed. */
type Trouble =
  /** The connection is cut after so many bytes of this answer, once `bytesArrived` has said that they came. */
  | { readonly kind: 'cut'; readonly afterBytes: number }
  /** Nothing more comes after so many bytes; the connection stays. */
  | { readonly kind: 'stall'; readonly afterBytes: number }
  /** Other bytes come, as many as there should be. */
  | { readonly kind: 'wrong' }
  /** Range is ignored: the whole file comes again. */
  | { readonly kind: 'whole' }
  | { readonly kind: 'status'; readonly status: number };

export interface FakeFile {
  readonly content: Buffer;
  /** Large files lie on another machine; small ones with the hub itself. */
  readonly large?: boolean;
  /** Taken one by one, one for each download. */
  readonly trouble?: Trouble[];
  /** Bytes per second at most. */
  readonly bytesPerSecond?: number;
}

export interface FakeRepo {
  readonly files: Record<string, FakeFile>;
  readonly commit?: string;
  /** Only this token may see it, or, when gated, download from it. */
  readonly token?: string;
  readonly gated?: boolean;
}

interface SeenRequest {
  readonly host: 'hub' | 'storage';
  readonly method: string;
  readonly path: string;
  readonly range: string | undefined;
  readonly authorization: string | undefined;
}

export interface FakeHub extends AsyncDisposable {
  readonly url: string;
  /** All that was asked, in order. */
  readonly seen: SeenRequest[];
  /** Leaves sizes and hashes out of lists, as some mirrors do. */
  bareLists: boolean;
  close(): Promise<void>;
}

export const sha256 = (content: Buffer): string => createHash('sha256').update(content).digest('hex');

/** The name that git gives to a small file. */
export const gitName = (content: Buffer): string =>
  createHash('sha1').update(`blob ${content.byteLength}\0`).update(content).digest('hex');

/** Connections to be cut when what was sent has arrived: cut earlier, bytes on their way would be lost or not by luck. */
const toBeCut = new Set<{ readonly atByte: number; readonly response: ServerResponse }>();

/** Told by a test how much of its one download has arrived. */
export const bytesArrived = (doneBytes: number): void => {
  for (const one of toBeCut) {
    if (doneBytes < one.atByte) continue;
    toBeCut.delete(one);
    one.response.destroy();
  }
};

const defaultCommit = 'c'.repeat(40);

const listen = (handle: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> =>
  new Promise((resolve) => {
    const server = createServer(handle).listen(0, '127.0.0.1', () => resolve(server));
  });

const urlOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const refuse = (response: ServerResponse, status: number, code: string, message = code): ServerResponse =>
  response.writeHead(status, { 'x-error-code': code, 'x-error-message': message }).end();

const start = (header: string | undefined, length: number): number | undefined => {
  const from = Number(/^bytes=(\d+)-/.exec(header ?? '')?.[1] ?? 0);
  return from < length || from === 0 ? from : undefined;
};

/** Behind the last byte that is wanted. */
const end = (header: string | undefined, length: number): number => {
  const [, last] = /^bytes=\d+-(\d+)$/.exec(header ?? '') ?? [];
  return last === undefined ? length : Math.min(length, Number(last) + 1);
};

/** Sends a file, with the trouble that is due. */
const send = (request: IncomingMessage, response: ServerResponse, file: FakeFile): void => {
  const trouble = request.method === 'GET' ? file.trouble?.shift() : undefined;
  if (trouble?.kind === 'status') {
    refuse(response, trouble.status, 'Trouble');
    return;
  }
  const { content } = file;
  const range = trouble?.kind === 'whole' ? undefined : request.headers.range;
  const from = start(range, content.byteLength);
  if (from === undefined) {
    response.writeHead(416, { 'content-range': `bytes */${content.byteLength}` }).end();
    return;
  }
  const body = trouble?.kind === 'wrong' ? Buffer.alloc(content.byteLength, 1) : content;
  const rest = body.subarray(from, end(range, content.byteLength));
  response.writeHead(range === undefined ? 200 : 206, {
    'content-length': rest.byteLength,
    'accept-ranges': 'bytes',
    ...(range === undefined
      ? {}
      : { 'content-range': `bytes ${from}-${from + rest.byteLength - 1}/${content.byteLength}` }),
  });
  if (trouble?.kind === 'cut') {
    if (trouble.afterBytes === 0) response.destroy();
    else {
      response.write(rest.subarray(0, trouble.afterBytes));
      toBeCut.add({ atByte: from + trouble.afterBytes, response });
    }
  } else if (trouble?.kind === 'stall') {
    response.write(rest.subarray(0, trouble.afterBytes));
  } else if (file.bytesPerSecond === undefined) {
    response.end(rest);
  } else {
    trickle(response, rest, file.bytesPerSecond);
  }
};

const trickle = (response: ServerResponse, rest: Buffer, bytesPerSecond: number): void => {
  const step = Math.max(1, Math.round(bytesPerSecond / 20));
  let at = 0;
  const timer = setInterval(() => {
    response.write(rest.subarray(at, at + step));
    at += step;
    if (at < rest.byteLength) return;
    clearInterval(timer);
    response.end();
  }, 50);
  response.once('close', () => clearInterval(timer));
};

/**
 * A hub of models on this machine that speaks as much of the real one's HTTP as a downloader needs: lists of files,
 * `resolve` addresses that redirect to a second server for large files, tokens, gated models, byte ranges, and faults.
 */
export const startHub = async (repos: Record<string, FakeRepo>): Promise<FakeHub> => {
  const seen: SeenRequest[] = [];
  const note = (host: SeenRequest['host'], { method = 'GET', url = '', headers }: IncomingMessage): void => {
    seen.push({ host, method, path: url, range: headers.range, authorization: headers.authorization });
  };

  const storage = await listen((request, response) => {
    note('storage', request);
    const [, owner, name, wanted] = new URL(request.url ?? '', 'http://x').pathname.split('/');
    const files = Object.values(repos[`${owner}/${name}`]?.files ?? {});
    const file = files.find(({ content }) => sha256(content) === wanted);
    if (file) send(request, response, file);
    else refuse(response, 404, 'EntryNotFound');
  });

  const list = (response: ServerResponse, repo: FakeRepo): void => {
    const siblings = Object.entries(repo.files).map(([rfilename, { content, large }]) => ({
      rfilename,
      ...(hub.bareLists
        ? {}
        : {
            size: content.byteLength,
            blobId: gitName(content),
            ...(large
              ? { lfs: { sha256: sha256(content), size: content.byteLength, pointerSize: 134 } }
              : {}),
          }),
    }));
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ sha: repo.commit ?? defaultCommit, siblings }));
  };

  const resolveFile = (
    request: IncomingMessage,
    response: ServerResponse,
    id: string,
    repo: FakeRepo,
    path: string,
  ): void => {
    const file = repo.files[path];
    if (!file) {
      refuse(response, 404, 'EntryNotFound');
      return;
    }
    const { content, large } = file;
    response.setHeader('x-repo-commit', repo.commit ?? defaultCommit);
    if (large) {
      response.setHeader('x-linked-etag', `"${sha256(content)}"`);
      response.setHeader('x-linked-size', String(content.byteLength));
      response.writeHead(302, { location: `${urlOf(storage)}/${id}/${sha256(content)}?signed=yes` }).end();
      return;
    }
    response.setHeader('etag', `"${gitName(content)}"`);
    if (request.method === 'HEAD') response.writeHead(200, { 'content-length': content.byteLength }).end();
    else send(request, response, file);
  };

  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    note('hub', request);
    const path = new URL(request.url ?? '', 'http://x').pathname;
    const [, listed, listedAt] = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/([^/]+)$/.exec(path) ?? [];
    const [, resolved, resolvedAt, file = ''] = /^\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(path) ?? [];
    const id = listed ?? resolved ?? '';
    const revision = decodeURIComponent(listedAt ?? resolvedAt ?? '');
    const repo = repos[id];
    const shown = request.headers.authorization;
    const allowed = repo?.token === undefined || shown === `Bearer ${repo.token}`;
    const known = ['main', repo?.commit ?? defaultCommit].includes(revision);
    if (shown !== undefined && repo?.token !== undefined && !allowed && !repo.gated) {
      refuse(response, 401, '', 'Invalid credentials in Authorization header');
    } else if (!repo || (!allowed && !repo.gated)) refuse(response, 401, 'RepoNotFound');
    else if (!known) refuse(response, 404, 'RevisionNotFound');
    else if (listed !== undefined) list(response, repo);
    else if (!allowed) refuse(response, shown === undefined ? 401 : 403, 'GatedRepo');
    else resolveFile(request, response, id, repo, decodeURIComponent(file));
  };

  const server = await listen(answer);
  const close = async (): Promise<void> => {
    for (const one of [server, storage]) {
      one.closeAllConnections();
      await new Promise((resolve) => one.close(resolve));
    }
  };
  const hub: FakeHub = { url: urlOf(server), seen, bareLists: false, close, [Symbol.asyncDispose]: close };
  return hub;
};
