import { z } from 'zod';
import { failure } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import { type HubRequest, hubRequest } from './hub-request.ts';
import { isNetworkFault, isNobodyThere, networkProblem } from './network-fault.ts';
import { withRetries } from './retry.ts';
import type { HubSettings } from './settings.ts';

/** A file of a repository. */
export interface HubFile {
  readonly path: string;
  readonly sizeBytes: number;
  /** What its content must hash to, and its name among the blobs: large files by sha256, small ones as git does. */
  readonly hash: { readonly kind: 'sha256' | 'git-sha1'; readonly value: string };
}

/** What a revision of a repository holds. */
export interface HubListing {
  readonly repo: string;
  readonly revision: string;
  readonly commit: string;
  readonly files: readonly ListedFile[];
}

/** A file as listed; mirrors leave the facts out, then the file itself is asked for them. */
export interface ListedFile {
  readonly path: string;
  readonly facts: Omit<HubFile, 'path'> | undefined;
}

const sha256Form = /^[0-9a-f]{64}$/;
const sha1Form = /^[0-9a-f]{40}$/;

const sibling = z.object({
  rfilename: z.string(),
  size: z.number().nullish(),
  blobId: z.string().nullish(),
  lfs: z.object({ sha256: z.string().nullish(), size: z.number().nullish() }).nullish(),
});

const modelInfo = z.object({ sha: z.string().regex(sha1Form), siblings: z.array(sibling) });

/** A name from outside that becomes a path below the cache: nothing may lead out of it. */
const isInside = (path: string): boolean =>
  !/[\\\0]/.test(path) && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

const factsOf = ({ size, blobId, lfs }: z.infer<typeof sibling>): ListedFile['facts'] => {
  const sizeBytes = lfs?.size ?? size;
  if (typeof sizeBytes !== 'number') return undefined;
  // Of a large file git knows a note of where it is; its blobId is that note's.
  const kind = lfs ? 'sha256' : 'git-sha1';
  const value = (lfs ? lfs.sha256 : blobId) ?? '';
  return (lfs ? sha256Form : sha1Form).test(value) ? { sizeBytes, hash: { kind, value } } : undefined;
};

/** Where a file of a revision is downloaded from. */
export const fileUrl = ({ endpoint }: HubSettings, repo: string, revision: string, path: string): string =>
  `${endpoint}/${repo}/resolve/${encodeURIComponent(revision)}/${path.split('/').map(encodeURIComponent).join('/')}`;

/** Asks the hub, a few times when it must be; a network that does not reach it is HUB_UNREACHABLE. */
export const askHub = async <T>(
  system: System,
  settings: HubSettings,
  request: HubRequest,
  read: (answer: Awaited<ReturnType<typeof hubRequest>>) => Promise<T>,
): Promise<T> => {
  try {
    return await withRetries(system, { hopeless: isNobodyThere, signal: request.signal }, async () =>
      read(await hubRequest(system, settings, request)),
    );
  } catch (caught) {
    request.signal.throwIfAborted();
    if (!isNetworkFault(caught)) throw caught;
    throw failure(
      'HUB_UNREACHABLE',
      { endpoint: settings.endpoint, problem: networkProblem(caught) },
      caught,
    );
  }
};

const notTheHub = (endpoint: string): Error =>
  failure('HUB_UNREACHABLE', {
    endpoint,
    problem: 'what answers there is not a model hub (a login page of the network?)',
  });

/** Lists the files of a revision. Throws HUB_UNREACHABLE, HUB_NOT_FOUND, HUB_GATED, HUB_TOKEN, HUB_FAILED. */
export const fetchListing = async (
  system: System,
  settings: HubSettings,
  { repo, revision }: { readonly repo: string; readonly revision: string },
  signal: AbortSignal,
): Promise<HubListing> => {
  const url = `${settings.endpoint}/api/models/${repo}/revision/${encodeURIComponent(revision)}?blobs=true`;
  const target = { repo, revision, file: undefined };
  const text = await askHub(system, settings, { url, target, signal }, ({ body }) => body.text());
  let info: z.infer<typeof modelInfo>;
  try {
    info = modelInfo.parse(JSON.parse(text));
  } catch {
    throw notTheHub(settings.endpoint);
  }
  const files = info.siblings
    .filter(({ rfilename }) => isInside(rfilename))
    .map((one) => ({ path: one.rfilename, facts: factsOf(one) }));
  return { repo, revision, commit: info.sha, files };
};

/** The text of a small file of a revision. Throws as fetchListing does. */
export const fetchFileText = async (
  system: System,
  settings: HubSettings,
  { repo, commit }: HubListing,
  path: string,
  signal: AbortSignal,
): Promise<string> => {
  const url = fileUrl(settings, repo, commit, path);
  const target = { repo, revision: commit, file: path };
  return askHub(system, settings, { url, target, signal }, ({ body }) => body.text());
};

const unquote = (tag: string): string => tag.replace(/^W\//, '').replace(/^"|"$/g, '');

/** The facts of one file from the headers of its address, for mirrors that list names only. */
export const completeFile = async (
  system: System,
  settings: HubSettings,
  { repo, commit }: HubListing,
  { path, facts }: ListedFile,
  signal: AbortSignal,
): Promise<HubFile> => {
  if (facts) return { path, ...facts };
  const url = fileUrl(settings, repo, commit, path);
  const target = { repo, revision: commit, file: path };
  const request = { url, method: 'HEAD', target, signal, leaveHub: false } as const;
  const headers = await askHub(system, settings, request, async (answer) => {
    await answer.body.dump();
    return answer.headers;
  });
  const header = (name: string): string | undefined => {
    const value = headers[name];
    return Array.isArray(value) ? value[0] : value;
  };
  const value = unquote(header('x-linked-etag') ?? header('etag') ?? '');
  const sizeBytes = Number(header('x-linked-size') ?? header('content-length') ?? Number.NaN);
  if (!Number.isSafeInteger(sizeBytes) || !(sha256Form.test(value) || sha1Form.test(value))) {
    throw notTheHub(settings.endpoint);
  }
  return { path, sizeBytes, hash: { kind: sha256Form.test(value) ? 'sha256' : 'git-sha1', value } };
};
