import { join } from 'node:path';
import type { System } from '../../system/system.ts';
import type { EditorEntry, RawEntry } from './editor-entry.ts';
import {
  readClaude,
  readCline,
  readCodex,
  readContinue,
  readOpencode,
  readPi,
  readQwen,
  readVsCode,
  readZed,
} from './formats.ts';

interface Source {
  readonly tool: string;
  /** Below the home folder. */
  readonly file: string;
  readonly read: (text: string) => readonly RawEntry[];
}

/** Tools whose settings are a file that can be read, and where it lies on Linux. */
const sources: readonly Source[] = [
  { tool: 'Claude Code', file: '.claude/settings.json', read: readClaude },
  { tool: 'Codex', file: '.codex/config.toml', read: readCodex },
  { tool: 'Codex', file: '.codex/localai.config.toml', read: readCodex },
  { tool: 'opencode', file: '.config/opencode/opencode.json', read: readOpencode },
  { tool: 'Kilo', file: '.config/kilo/kilo.json', read: readOpencode },
  { tool: 'Continue', file: '.continue/config.yaml', read: readContinue },
  { tool: 'Cline', file: '.cline/data/settings/providers.json', read: readCline },
  { tool: 'VS Code', file: '.config/Code/User/chatLanguageModels.json', read: readVsCode },
  { tool: 'Zed', file: '.config/zed/settings.json', read: readZed },
  { tool: 'Qwen Code', file: '.qwen/settings.json', read: readQwen },
  { tool: 'pi', file: '.pi/agent/models.json', read: readPi },
];

/** On a Mac these lie elsewhere. */
const macFiles: Readonly<Record<string, string>> = {
  '.config/Code/User/chatLanguageModels.json':
    'Library/Application Support/Code/User/chatLanguageModels.json',
};

const isThisMachine = (url: string): boolean => {
  const host = URL.parse(url)?.hostname ?? '';
  return /^(localhost|127\.[\d.]+|\[::1\]|0\.0\.0\.0)$/.test(host);
};

const entriesOf = async (
  { home, files, platform }: System,
  { tool, file, read }: Source,
  fits: (key: string) => boolean,
): Promise<readonly EditorEntry[]> => {
  const path = join(home, platform === 'darwin' ? (macFiles[file] ?? file) : file);
  const text = await files.readText(path).catch(() => undefined);
  if (text === undefined) return [];
  return read(text)
    .filter(({ url }) => isThisMachine(url))
    .map(({ url, key, model, context }) => ({
      ...{ tool, file: path, url },
      keyFits: key === undefined ? null : fits(key),
      model: model ?? null,
      context: context ?? null,
    }));
};

/**
 * What editors and agents believe of a server on this machine. Keys are compared and left where they are; a file that
 * cannot be read says nothing.
 */
export const readEditors = async (
  system: System,
  fits: (key: string) => boolean,
): Promise<readonly EditorEntry[]> =>
  (await Promise.all(sources.map((source) => entriesOf(system, source, fits)))).flat();
