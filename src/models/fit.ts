import type { MachineReport } from '../machine/report.ts';
import type { CatalogModel } from './model.ts';

const gibibyte = 1024 ** 3;

/** KV memory is reckoned for this many tokens in all: an agent's preamble and a few thousand of work. */
const plannedTokens = 16_384;
/** The engine itself: its process, compute buffers, the tokenizer. Seen: 0.2 GiB for 135M, more for larger ones. */
const engineBytes = 0.5 * gibibyte;

/** What a model may take: all but a fifth of the memory, and but 1 GiB at least (as `up` gives it to the engine). */
const usableBytes = ({ memory: { totalBytes } }: MachineReport): number =>
  totalBytes - Math.max(gibibyte, totalBytes / 5);

/** Memory that serving a model takes, bytes; an estimate. */
export const neededBytes = ({ sizeBytes, contextTokens, kvBytesPerToken }: CatalogModel): number =>
  sizeBytes + kvBytesPerToken * Math.min(contextTokens, plannedTokens) + engineBytes;

/** Whether a model fits this machine's memory. */
export const fits = (model: CatalogModel, report: MachineReport): boolean =>
  neededBytes(model) <= usableBytes(report);

/**
 * Memory bandwidth that decoding reaches, bytes per second; an estimate. A core by itself gets some 8 GB/s out of
 * quantised weights (seen: 98 MB at 106-133 tokens/s on one core of a server is 10-13), and a desktop's two memory
 * channels are full at about 50. Apple's chips read at 60 and more.
 */
const bandwidth = ({ cpu: { cores }, gpus }: MachineReport): number => {
  const apple = 'value' in gpus && gpus.value.some(({ vendor, problem }) => vendor === 'apple' && !problem);
  return (apple ? 60 : Math.min(8 * cores, 50)) * 1e9;
};

/** What a token costs besides reading weights, s: with 6 ms for the weights it makes the 8 ms that were seen. */
const secondsPerToken = 0.002;

/**
 * Tokens per second of one answer; an estimate. Decoding reads every weight at work once per token, so it is memory
 * bandwidth divided by their bytes. Graphics cards other than Apple's are left out: whether the engine can use one is
 * known only once it has tried.
 */
export const estimateSpeed = (model: CatalogModel, report: MachineReport): number => {
  const active = (model.activeParameters ?? model.parameters) / model.parameters;
  return 1 / ((model.sizeBytes * active) / bandwidth(report) + secondsPerToken);
};
