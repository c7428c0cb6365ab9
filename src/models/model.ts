import type { Role } from '../api/models.ts';

/** Where a model file came from; `remote`: it is where its engine is, not here. */
export type ModelSource = 'hub' | 'pypi' | 'path' | 'bundled' | 'remote';

/** A model file that is whole and on this disk. */
export interface LocalModel {
  /** The reference as a user would type it, e.g. `hf:org/repo@rev/file.gguf`. */
  readonly reference: string;
  /** The id under which it is served, e.g. `SmolLM2-135M-Instruct`. */
  readonly id: string;
  readonly file: string;
  /** Of the file, lower-case hexadecimal; undefined where nobody has said what it must be. */
  readonly sha256: string | undefined;
  readonly sizeBytes: number;
  readonly source: ModelSource;
}

/** An entry of the catalogue. Figures carry their source in a comment beside them. */
export interface CatalogModel {
  /** The name in the catalogue and, by default, the id under which it is served. */
  readonly name: string;
  /** One line for a person. */
  readonly summary: string;
  /** `hf:…`, `pypi:…` or `bundled:…`. */
  readonly reference: string;
  /** What the file must be, where we have fetched and checked it; else the hub's own hash counts. */
  readonly sha256?: string;
  /** SPDX identifier. */
  readonly license: string;
  readonly parameters: number;
  /** Those at work per token, where it is a mixture of experts. */
  readonly activeParameters?: number;
  /** Bytes of the file. */
  readonly sizeBytes: number;
  /** Tokens it was trained for. */
  readonly contextTokens: number;
  /** KV memory per token, bytes at F16. */
  readonly kvBytesPerToken: number;
  readonly roles: readonly Role[];
  readonly tools: boolean;
  readonly reasoning: boolean;
  readonly fim: boolean;
  /** `logged` seen by us, `config` from the model's own config, `memory` from memory: how sure the figures are. */
  readonly figures: 'logged' | 'config' | 'memory';
  /** Good for trying the plumbing only; the words that say so. */
  readonly caveat?: string;
}
