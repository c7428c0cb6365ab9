import type { System } from '../../system/system.ts';
import { hubRequest } from '../hub/hub-request.ts';
import { fileUrl, type HubListing } from '../hub/listing.ts';
import type { HubSettings } from '../hub/settings.ts';
import { inParallel } from '../in-parallel.ts';
import { addSums, headerLength, prefixBytes, readHeader, type TensorSums } from './header.ts';
import { weightFiles } from './read-local.ts';

/** Most headers are smaller; one request is then enough. */
const firstBytes = 256 * 1024;

const ranges = 4;

const readRange = async (
  system: System,
  settings: HubSettings,
  { repo, commit }: HubListing,
  path: string,
  range: readonly [start: number, end: number],
  signal: AbortSignal,
): Promise<Buffer> => {
  const answer = await hubRequest(system, settings, {
    url: fileUrl(settings, repo, commit, path),
    headers: { range: `bytes=${range[0]}-${range[1] - 1}` },
    target: { repo, revision: commit, file: path },
    signal,
  });
  const chunks: Buffer[] = [];
  let length = 0;
  const wanted = range[1] - range[0];
  // A mirror without ranges sends the whole file: enough is read, the rest is left.
  const skip = answer.status === 206 ? 0 : range[0];
  for await (const chunk of answer.body) {
    chunks.push(chunk);
    length += chunk.length;
    if (length >= skip + wanted) break;
  }
  return Buffer.concat(chunks).subarray(skip, skip + wanted);
};

const readOne = async (
  system: System,
  settings: HubSettings,
  listing: HubListing,
  path: string,
  signal: AbortSignal,
): Promise<TensorSums> => {
  const first = await readRange(system, settings, listing, path, [0, firstBytes], signal);
  const end = prefixBytes + headerLength(first);
  const whole =
    end <= first.length ? first : await readRange(system, settings, listing, path, [0, end], signal);
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
