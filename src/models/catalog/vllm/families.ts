import type { Role } from '../../../api/models.ts';
import { findVllmModel } from './catalog.ts';
import type { VllmModel } from './entry.ts';

/**
 * Words that name several models, the best first, as in requests to the gateway. On NVIDIA cards they mean these; what
 * the embedded engine serves under the same words is in ../families.ts.
 */
const names: Readonly<Record<string, readonly string[]>> = {
  'qwen-coder': [
    'Qwen3-Coder-Next',
    'Qwen3-Coder-30B-A3B-Instruct',
    'Qwen2.5-Coder-32B-Instruct',
    'Qwen2.5-Coder-14B-Instruct',
    'Qwen2.5-Coder-7B-Instruct',
    'Qwen2.5-Coder-1.5B-Instruct',
    'Qwen2.5-Coder-0.5B-Instruct',
  ],
  'qwen-general': [
    'Qwen3.8-27B',
    'Qwen3.6-35B-A3B',
    'Qwen3-32B',
    'Qwen3.5-9B',
    'Qwen3-8B',
    'Qwen3.5-4B',
    'Qwen3-4B-Instruct-2507',
  ],
  mistral: [
    'Mistral-Small-4-119B-2603',
    'Devstral-Small-2-24B-Instruct-2512',
    'Ministral-3-14B-Instruct-2512',
    'Ministral-3-8B-Instruct-2512',
    'Mistral-7B-Instruct-v0.3',
    'Ministral-3-3B-Instruct-2512',
  ],
  'deepseek-coder': [
    'deepseek-coder-33b-instruct',
    'DeepSeek-Coder-V2-Lite-Instruct',
    'deepseek-coder-6.7b-instruct',
  ],
};

/** A misspelt name is our own fault; tools/check-catalog.ts finds it. */
const known = (list: readonly string[]): readonly VllmModel[] =>
  list.map((name) => {
    const model = findVllmModel(name);
    if (!model) throw new Error(`${name} is named in a family and is not in the catalogue`);
    return model;
  });

/** The models of a family, best first; undefined where the word names none. Capitals don't count. */
export const vllmFamily = (word: string): readonly VllmModel[] | undefined => {
  const list = names[word.toLowerCase()];
  return list && known(list);
};

/** The words there are. */
export const vllmFamilyWords: readonly string[] = Object.keys(names);

/** What a role is best served by, best first; the first that suits a machine is taken. */
const ladders: Readonly<Record<Role, readonly string[]>> = {
  coder: [
    'Qwen3-Coder-Next',
    'Qwen3.8-27B',
    'Qwen3.6-35B-A3B',
    'Devstral-Small-2-24B-Instruct-2512',
    'Qwen3-Coder-30B-A3B-Instruct',
    'gpt-oss-20b',
    'Qwen3.5-9B',
    'Qwen3.5-4B',
    'Qwen3-4B-Instruct-2507',
    'Ministral-3-3B-Instruct-2512',
    'Qwen2.5-Coder-1.5B-Instruct',
    'Qwen2.5-Coder-0.5B-Instruct',
  ],
  general: [
    'gpt-oss-120b',
    'Qwen3.8-27B',
    'Qwen3.6-35B-A3B',
    'gemma-4-26B-A4B-it',
    'gpt-oss-20b',
    'gemma-4-12B-it',
    'Qwen3.5-9B',
    'Qwen3.5-4B',
    'Qwen3-4B-Instruct-2507',
    'Ministral-3-3B-Instruct-2512',
    'Qwen2.5-Coder-1.5B-Instruct',
    'Qwen2.5-Coder-0.5B-Instruct',
  ],
  autocomplete: ['Qwen2.5-Coder-7B-Instruct', 'Qwen2.5-Coder-1.5B-Instruct', 'Qwen2.5-Coder-0.5B-Instruct'],
  embedding: ['Qwen3-Embedding-8B', 'Qwen3-Embedding-4B', 'Qwen3-Embedding-0.6B'],
};

/** The ladder of a role. */
export const vllmLadder = (role: Role): readonly VllmModel[] => known(ladders[role]);

/** The role that a word is; undefined where it is none. */
export const roleNamed = (word: string): Role | undefined => {
  const lower = word.toLowerCase();
  return (['coder', 'general', 'autocomplete', 'embedding'] as const).find((role) => role === lower);
};
