import type { Role } from '../../../api/models.ts';
import type { ModelShape } from '../../shape/shape.ts';

/** How sure a figure is: seen in a log, read in the model's own files, or from memory and not checked. */
export type Sure = 'logged' | 'config' | 'memory';

/** A figure with where it is from. */
export interface Sourced<T> {
  readonly value: T;
  readonly sure: Sure;
  /** In words; what `memory` is from is not said. */
  readonly source: string;
}

/** What the weights of a build are kept in. */
type Quantization = 'bf16' | 'fp8' | 'int8' | 'int4' | 'nvfp4' | 'mxfp4';

/** One published checkpoint of a model. */
export interface Build {
  readonly quantization: Quantization;
  /** Its hub id. */
  readonly repo: string;
  /** A commit, only where a source names one; else the hub's `main` is meant and nothing is pinned. */
  readonly revision?: string;
  /** GiB that it loads to on one card; null: worked out from the parameters. */
  readonly weightsGib: Sourced<number> | null;
  /** It ships scales for its cache, which the engine then keeps in this form unasked. */
  readonly cacheFormat?: 'fp8';
  /** Smallest compute capability that runs it, where it is more than vLLM's own. */
  readonly capability?: number;
  /** What is known to go wrong with this build. */
  readonly trouble?: readonly string[];
}

/** A model that vLLM serves: all that a plan must know before anything is fetched. */
export interface VllmModel {
  readonly name: string;
  /** One line for a person. */
  readonly summary: string;
  /** Best first, where a model may serve several. */
  readonly roles: readonly Role[];
  readonly license: Sourced<string>;
  /** Its licence forbids some uses: never picked unasked. */
  readonly restricted?: true;
  readonly shape: Sourced<ModelShape>;
  /** At work per token, where it is a mixture of experts. */
  readonly activeParameters?: number;
  /** Best quality first. */
  readonly builds: readonly Build[];
  /** vLLM's `--tool-call-parser`; null: it cannot call tools. */
  readonly toolParser: Sourced<string> | null;
  /** vLLM's `--reasoning-parser`; null: it does not think aloud. */
  readonly reasoningParser: Sourced<string> | null;
  /** The form of its fill-in-the-middle prompt, as the gateway names it; null: none known. */
  readonly fillIn: Sourced<string> | null;
  /** What its chat template needs that the checkpoint does not bring. */
  readonly template?: string;
  /** Oldest vLLM that serves it. */
  readonly vllmFrom: Sourced<string>;
  /** Further flags that it cannot do without. */
  readonly flags?: readonly string[];
  /** On a single card smaller than this it is known to fail under real work: never picked unasked there. */
  readonly singleCardFrom?: { readonly gib: number; readonly trouble: string; readonly source: string };
  /** What is known to go wrong. */
  readonly trouble?: readonly string[];
}

/** Figures read in a start-up. */
export const logged = <T>(value: T, source: string): Sourced<T> => ({ value, sure: 'logged', source });
/** Figures of the model's own files, or of a table that was read from them. */
export const config = <T>(value: T, source: string): Sourced<T> => ({ value, sure: 'config', source });
/** Figures that nobody has checked. */
export const memory = <T>(value: T): Sourced<T> => ({ value, sure: 'memory', source: 'not checked' });

const gibPerGb = 1e9 / 1024 ** 3;

/** Weights from the size of the files, GB as the hub counts. */
export const files = (gb: number, source: string): Sourced<number> =>
  config(Math.round(gb * gibPerGb * 100) / 100, `${source}: ${gb} GB of files`);

/** Weights from vLLM's recipes, whose smallest memory is 1.2 times the files' GB, rounded up. */
export const recipe = (minimumGb: number): Sourced<number> =>
  config(
    Math.round((minimumGb / 1.2) * gibPerGb * 100) / 100,
    `vLLM recipes: vram_minimum_gb ${minimumGb}, which is 1.2 x the files`,
  );
