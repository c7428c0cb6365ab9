import { basename, join } from 'node:path';
import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { findBuild } from './catalog/vllm/catalog.ts';
import { readGguf } from './gguf/read-gguf.ts';
import { fetchFileText, fetchListing } from './hub/listing.ts';
import { readHubSettings } from './hub/settings.ts';
import { catalogBuilds, foundBuild, type PlanBuild } from './plan-build.ts';
import type { ModelReference } from './reference.ts';
import { readHubWeights } from './safetensors/read-hub.ts';
import { readFolderWeights } from './safetensors/read-local.ts';
import { configFile } from './shape/config-format.ts';
import { quantizationOf, shapeOfConfig } from './shape/from-config.ts';
import { shapeOfGguf } from './shape/from-gguf.ts';
import type { ModelShape } from './shape/shape.ts';

type HubReference = Extract<ModelReference, { kind: 'hub' }>;

const notPlannable = (model: string, problem: string): Error =>
  failure('MODEL_NOT_PLANNABLE', { model, problem });

const readConfig = (
  text: string,
  model: string,
): { readonly shape: ModelShape; readonly quantization: string | null } => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw notPlannable(model, 'its config.json is no JSON');
  }
  const read = shapeOfConfig(json);
  if ('problem' in read) throw notPlannable(model, read.problem);
  return { shape: read.shape, quantization: quantizationOf(configFile.parse(json)) };
};

const fromHub = async (system: System, reference: HubReference, signal: AbortSignal): Promise<PlanBuild> => {
  const settings = await readHubSettings(system);
  const { repo } = reference;
  if (settings.offline) throw failure('HUB_OFFLINE', { model: repo });
  const listing = await fetchListing(system, settings, reference, signal);
  const text = await fetchFileText(system, settings, listing, 'config.json', signal);
  const { shape, quantization } = readConfig(text, repo);
  const sums = await readHubWeights(system, settings, listing, signal);
  if (!sums) throw notPlannable(repo, 'it holds no safetensors, which vLLM reads');
  const bytes = sums.bytes - sums.draftBytes;
  const source = 'headers of its safetensors on the hub';
  return foundBuild({ name: basename(repo), reference: repo, quantization, shape, bytes, source });
};

const fromFolder = async (system: System, folder: string): Promise<PlanBuild> => {
  const text = await system.files.readText(join(folder, 'config.json'));
  if (text === undefined) throw notPlannable(folder, 'there is no config.json in it');
  const { shape, quantization } = readConfig(text, folder);
  const sums = await readFolderWeights(system, folder);
  if (!sums) throw notPlannable(folder, 'there are no safetensors in it');
  const bytes = sums.bytes - sums.draftBytes;
  const source = 'headers of its safetensors';
  return foundBuild({ name: basename(folder), reference: folder, quantization, shape, bytes, source });
};

const fromGguf = async (system: System, file: string): Promise<PlanBuild> => {
  const read = await readGguf(system, file);
  if ('problem' in read) throw notPlannable(file, read.problem);
  const shape = shapeOfGguf(read.header);
  if (!shape) throw notPlannable(file, 'its header says too little of its layers');
  const { fileBytes: bytes } = read.header;
  const source = 'the size of the GGUF file';
  const trouble = ['vLLM reads GGUF with a plugin only; the embedded engine reads it as it is'];
  const name = basename(file);
  return foundBuild({ name, reference: file, quantization: 'gguf', shape, bytes, source, trouble });
};

const fromPath = async (system: System, path: string): Promise<PlanBuild> => {
  const found = await system.files.stat(path);
  if (!found) throw failure('MODEL_FILE_MISSING', { file: path, reference: '<model>' });
  return found.kind === 'folder' ? fromFolder(system, path) : fromGguf(system, path);
};

/**
 * What a plan must know of a model that is named by a hub id or a path. The catalogue is asked first, so that most
 * plans need no network; from the hub only config.json and the heads of the weights are read. Throws
 * MODEL_NOT_PLANNABLE, and as the hub's requests do.
 */
export const readBuild = async (
  system: System,
  reference: ModelReference,
  signal: AbortSignal,
): Promise<PlanBuild> => {
  if (reference.kind === 'path') return fromPath(system, reference.path);
  if (reference.kind !== 'hub') {
    throw notPlannable(reference.name, 'only models of the catalogue, the hub and this disk can be planned');
  }
  const known = findBuild(reference.repo);
  const build =
    known &&
    catalogBuilds(known.model).find((one) => one.reference.toLowerCase() === reference.repo.toLowerCase());
  return build ?? fromHub(system, reference, signal);
};
