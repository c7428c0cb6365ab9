import { deepseekCoders } from './deepseek.ts';
import { embeddings } from './embedding.ts';
import type { Build, VllmModel } from './entry.ts';
import { gemma } from './google.ts';
import { mistralModels } from './mistral.ts';
import { otherModels } from './others.ts';
import { qwenPlain } from './qwen.ts';
import { qwenHybrid } from './qwen-hybrid.ts';

/**
 * Models that vLLM serves on NVIDIA cards, as data. `tools/check-catalog.ts` checks it. Left out: what needs more than
 * 96 GB in every build, and what nobody has published figures of.
 */
export const vllmCatalog: readonly VllmModel[] = [
  ...qwenHybrid,
  ...qwenPlain,
  ...gemma,
  ...mistralModels,
  ...otherModels,
  ...deepseekCoders,
  ...embeddings,
];

const plain = (text: string): string => text.toLowerCase().replace(/[^a-z0-9.]/g, '');

/** The entry of that name; capitals, hyphens and the `-it` or `-Instruct` at its end don't count. */
export const findVllmModel = (name: string): VllmModel | undefined => {
  const wanted = plain(name);
  return (
    vllmCatalog.find((model) => plain(model.name) === wanted) ??
    vllmCatalog.find((model) => plain(model.name.replace(/-(it|Instruct)(-\d+)?$/, '')) === wanted)
  );
};

/** The entry and the build that a hub id is of. */
export const findBuild = (repo: string): { readonly model: VllmModel; readonly build: Build } | undefined => {
  const wanted = repo.toLowerCase();
  for (const model of vllmCatalog) {
    const build = model.builds.find((one) => one.repo.toLowerCase() === wanted);
    if (build) return { model, build };
  }
  return undefined;
};
