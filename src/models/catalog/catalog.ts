import type { CatalogModel } from '../model.ts';
import { mistral } from './mistral.ts';
import { others } from './others.ts';
import { qwen } from './qwen.ts';

/**
 * Models that the embedded engine serves well, as data. Left out on purpose: Qwen2.5-Coder-3B (research licence),
 * Llama (its community licence), models with recurrent or hybrid layers (a prompt's prefix cannot be kept by the engine).
 */
export const catalog: readonly CatalogModel[] = [...qwen, ...mistral, ...others];

const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();

/** The entry with that name; capitals don't count. */
export const findInCatalog = (name: string): CatalogModel | undefined =>
  catalog.find((model) => same(model.name, name));

/** The entry with that reference. */
export const findByReference = (reference: string): CatalogModel | undefined =>
  catalog.find((model) => model.reference === reference);
