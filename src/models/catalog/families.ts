import type { CatalogModel } from '../model.ts';
import { findInCatalog } from './catalog.ts';

/** A word that means several models; the best comes first. */
export interface Family {
  readonly word: string;
  readonly members: readonly CatalogModel[];
}

const names: Readonly<Record<string, readonly string[]>> = {
  'qwen-coder': [
    'Qwen3-Coder-30B-A3B-Instruct',
    'Qwen2.5-Coder-14B-Instruct',
    'Qwen2.5-Coder-7B-Instruct',
    'Qwen2.5-Coder-1.5B-Instruct',
    'Qwen2.5-Coder-0.5B-Instruct',
  ],
  'qwen-general': ['Qwen3-8B', 'Qwen3-4B-Instruct-2507', 'Qwen3-1.7B', 'Qwen3-0.6B'],
  qwen3: ['Qwen3-8B', 'Qwen3-4B', 'Qwen3-1.7B', 'Qwen3-0.6B'],
  mistral: [
    'Devstral-Small-2-24B-Instruct-2512',
    'Ministral-3-14B-Instruct-2512',
    'Ministral-3-8B-Instruct-2512',
    'Mistral-7B-Instruct-v0.3',
    'Ministral-3-3B-Instruct-2512',
  ],
  devstral: ['Devstral-Small-2-24B-Instruct-2512'],
  ministral: [
    'Ministral-3-14B-Instruct-2512',
    'Ministral-3-8B-Instruct-2512',
    'Ministral-3-3B-Instruct-2512',
  ],
  'deepseek-coder': [
    'DeepSeek-Coder-V2-Lite-Instruct',
    'deepseek-coder-6.7b-instruct',
    'deepseek-coder-1.3b-instruct',
  ],
  smollm2: ['SmolLM2-1.7B-Instruct', 'SmolLM2-360M-Instruct', 'SmolLM2-135M-Instruct'],
};

/** Words that name a family in `--model` and `pull`, as they name one in requests to the gateway. */
export const families: readonly Family[] = Object.entries(names).map(([word, members]) => ({
  word,
  members: members.map(findInCatalog).filter((model) => model !== undefined),
}));

/** The family that a word names; capitals don't count. */
export const findFamily = (word: string): Family | undefined =>
  families.find((family) => family.word === word.toLowerCase());
