import type { OpenFile } from '../../system/files.ts';
import type { System } from '../../system/system.ts';
import {
  createHeaderReader,
  HeaderGoesOn,
  type HeaderReader,
  type HeaderValue,
  NotGguf,
} from './header-reader.ts';
import { tensorBytes } from './tensor-types.ts';

/** What a GGUF file says of itself. */
export interface GgufHeader {
  readonly version: number;
  readonly values: ReadonlyMap<string, HeaderValue>;
  /** Elements of all its tensors. */
  readonly parameters: number;
  /** Bytes that the file must have at least for its tensors to be whole. */
  readonly wholeBytes: number;
  readonly fileBytes: number;
}

const magic = 0x46554747; // "GGUF", little-endian

/** Sane headers stay far below these; they keep a hostile file from filling our memory. */
const mostEntries = 65_536;
const mostTensors = 1_000_000;
const mostHeaderBytes = 128 * 1024 * 1024;

const bounded = (found: number, most: number): number => {
  if (found > most) throw new NotGguf('a figure is absurd');
  return found;
};

const readValues = (reader: HeaderReader, entries: number): Map<string, HeaderValue> => {
  const values = new Map<string, HeaderValue>();
  for (let index = 0; index < entries; index++) {
    const key = reader.text();
    values.set(key, reader.value());
  }
  return values;
};

/** The tensors' elements in all, and where the last one ends, from the start of the data. */
const readTensors = (reader: HeaderReader, tensors: number): { parameters: number; dataBytes: number } => {
  let parameters = 0;
  let dataBytes = 0;
  for (let index = 0; index < tensors; index++) {
    reader.text();
    const dimensions = bounded(reader.uint32(), 8);
    let elements = 1;
    for (let dimension = 0; dimension < dimensions; dimension++) elements *= reader.count();
    const type = reader.uint32();
    const offset = reader.count();
    parameters += elements;
    dataBytes = Math.max(dataBytes, offset + tensorBytes(type, elements));
  }
  return { parameters, dataBytes };
};

const parse = (data: Uint8Array, fileBytes: number): GgufHeader => {
  const reader = createHeaderReader(data);
  if (reader.uint32() !== magic) throw new NotGguf('it is not a GGUF file');
  const version = reader.uint32();
  if (version < 2 || version > 3) throw new NotGguf(`GGUF version ${version} cannot be read`);
  const tensors = bounded(reader.count(), mostTensors);
  const entries = bounded(reader.count(), mostEntries);
  const values = readValues(reader, entries);
  const { parameters, dataBytes } = readTensors(reader, tensors);
  const stated = values.get('general.alignment');
  const alignment = typeof stated === 'number' && stated > 0 ? stated : 32;
  const start = Math.ceil(reader.position() / alignment) * alignment;
  return { version, values, parameters, wholeBytes: dataBytes === 0 ? 0 : start + dataBytes, fileBytes };
};

/** Most headers are smaller; those with a large vocabulary have some 6 MiB. */
const firstBytes = 1024 * 1024;

const readGrowing = async (file: OpenFile, fileBytes: number): Promise<GgufHeader> => {
  for (let length = firstBytes; ; length *= 4) {
    const data = await file.read(0, Math.min(length, fileBytes));
    try {
      return parse(data, fileBytes);
    } catch (caught) {
      if (!(caught instanceof HeaderGoesOn)) throw caught;
      if (data.byteLength >= fileBytes) throw new NotGguf('it ends within its header');
      if (length >= mostHeaderBytes) throw new NotGguf('its header is absurdly long');
    }
  }
};

/** Whether a file begins as a GGUF file does; a look that costs next to nothing. */
export const beginsAsGguf = async (system: System, path: string): Promise<boolean> => {
  const file = await system.files.open(path, 'read');
  try {
    return Buffer.from(await file.read(0, 4)).toString('latin1') === 'GGUF';
  } finally {
    await file.close();
  }
};

/** The header of a GGUF file, or in words why there is none. Reads the header alone, 128 MiB at most. */
export const readGguf = async (
  system: System,
  path: string,
): Promise<{ readonly header: GgufHeader } | { readonly problem: string }> => {
  const found = await system.files.stat(path);
  if (found?.kind !== 'file') return { problem: 'it is no file' };
  if (found.size < 24) return { problem: 'it is not a GGUF file' };
  const file = await system.files.open(path, 'read');
  try {
    return { header: await readGrowing(file, found.size) };
  } catch (caught) {
    if (caught instanceof NotGguf) return { problem: caught.message };
    throw caught;
  } finally {
    await file.close();
  }
};
