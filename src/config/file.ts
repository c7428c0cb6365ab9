import { type Document, isMap, isNode, isScalar, LineCounter, parseDocument, type YAMLMap } from 'yaml';
import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { settingKeys } from './schema.ts';

/** `config.yaml` with its comments, so that it can be changed and written back. */
export interface ConfigFile {
  readonly path: string;
  readonly document: Document;
  readonly entries: readonly ConfigEntry[];
}

/** One value of the file. */
export interface ConfigEntry {
  /** With dots, however it is written. */
  readonly key: string;
  /** Where it is in the document: `['gateway', 'port']`, or `['gateway.port']`. */
  readonly path: readonly string[];
  readonly value: unknown;
  readonly line: number;
}

export const configSchemaVersion = 1;

/** The key of the format's number; not a setting. */
const versionKey = 'schemaVersion';

const isSetting = (key: string): boolean => settingKeys.some((known) => known === key);

const flatten = (map: YAMLMap, path: readonly string[], lines: LineCounter): readonly ConfigEntry[] =>
  map.items.flatMap((pair) => {
    const at = [...path, String(isScalar(pair.key) ? pair.key.value : pair.key)];
    const key = at.join('.');
    if (isMap(pair.value) && !isSetting(key)) return flatten(pair.value, at, lines);
    const start = isScalar(pair.key) ? (pair.key.range?.[0] ?? 0) : 0;
    const value: unknown = isNode(pair.value) ? pair.value.toJSON() : pair.value;
    return [{ key, path: at, value, line: lines.linePos(start).line }];
  });

/** Reads config.yaml; an absent or empty file has no entries. Throws CONFIG_SYNTAX and FILE_TOO_NEW. */
export const readConfigFile = async (system: System, path: string): Promise<ConfigFile> => {
  const text = (await system.files.readText(path)) ?? '';
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors[0];
  if (broken) {
    throw failure('CONFIG_SYNTAX', {
      ...{ file: path, line: lines.linePos(broken.pos[0]).line, problem: broken.message },
    });
  }
  if (document.contents !== null && !isMap(document.contents)) {
    throw failure('CONFIG_SYNTAX', { file: path, line: 1, problem: 'it must be `key: value` lines' });
  }
  const all = isMap(document.contents) ? flatten(document.contents as YAMLMap, [], lines) : [];
  const version = all.find(({ key }) => key === versionKey)?.value;
  if (typeof version === 'number' && version > configSchemaVersion) {
    throw failure('FILE_TOO_NEW', { file: path, found: version, known: configSchemaVersion });
  }
  // A key without a value (`model:`) is one that was not set.
  const entries = all.filter(({ key, value }) => key !== versionKey && value !== null);
  return { path, document, entries };
};
