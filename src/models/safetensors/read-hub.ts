import type { System } from '../../system/system.ts';
import { askHub, fileUrl, type HubListing } from '../hub/listing.ts';
import type { HubSettings } from '../hub/settings.ts';
import { inParallel } from '../in-parallel.ts';
import { addSums, headerLength, prefixBytes, readHeader, type TensorSums } from './header.ts';
import { weightFiles } from './read-local.ts';

/** Most headers are smaller; one request is then enough. */
const firstBytes = 256 * 1024;

const ranges = 4;

/** The first bytes of an answer; a mirror without ranges sends the whole file, of which the rest is left. */
const firstOf = async (body: AsyncIterable<Buffer>, wanted: number): Promise<Buffer> => {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= wanted) break;
  }
  return Buffer.concat(chunks).subarray(0, wanted);
};

const readFirst = (
  system: System,
  settings: HubSettings,
  { repo, commit }: HubListing,
  path: string,
  wanted: number,
  signal: AbortSignal,
): Promise<Buffer> => {
  const request = {
    url: fileUrl(settings, repo, commit, path),
    headers: { range: `bytes=0-${wanted - 1}` },
    target: { repo, revision: commit, file: path },
    signal,
  };
  return askHub(system, settings, request, ({ body }) => firstOf(body, wanted));
};

const readOne = async (
  system: System,
  settings: HubSettings,
  listing: HubListing,
  path: string,
  signal: AbortSignal,
): Promise<TensorSums> => {
  const first = await readFirst(system, settings, listing, path, firstBytes, signal);
  const end = prefixBytes + headerLength(first);
  const whole = end <= first.length ? first : await readFirst(system, settings, listing, path, end, signal);
  return readHeader(whole.subarray(prefixBytes, end).toString('utf8'));
};

/**
 * The weights of a repository, from the headers of its files alone: nothing is downloaded. Undefined where it holds no
 * safetensors. Throws as the hub's requests do.
 */
export const readHubWeights = async (
  system: System,
  settings: HubSettings,
  listing: HubListing,
  signal: AbortSignal,
): Promise<TensorSums | undefined> => {
  const names = weightFiles(listing.files.map(({ path }) => path));
  if (names.length === 0) return undefined;
  const sums: TensorSums[] = [];
  await inParallel(names, ranges, signal, async (name, both) => {
    sums.push(await readOne(system, settings, listing, name, both));
  });
  return addSums(sums);
};
