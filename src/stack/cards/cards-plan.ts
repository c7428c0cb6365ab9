import { minorOf } from '../../models/memory/version.ts';
import type { PlanBuild } from '../../models/plan-build.ts';
import type { Alternative } from './alternatives.ts';
import type { PlanCard } from './card.ts';
import type { PlacedEngine } from './choose-build.ts';
import type { Wishes } from './engine-plan.ts';

/** A model that was asked for or picked. */
export interface WantedModel {
  /** The candidates, best first: one for a name, several for a family. Each is the builds of one model. */
  readonly candidates: readonly (readonly PlanBuild[])[];
  readonly why: string;
  /** Models of the same kind, for when none of these fits. */
  readonly others: readonly (readonly PlanBuild[])[];
}

/** What decides a plan for graphics cards. */
export interface CardsRequest {
  readonly cards: readonly PlanCard[];
  readonly wanted: readonly WantedModel[];
  readonly contextTokens: number | undefined;
  readonly concurrency: number;
  readonly quantization: string | undefined;
  readonly cacheFormat: string;
  /** The vLLM that is planned for, e.g. `0.32.0`. */
  readonly vllm: string;
  /** GiB of the machine's memory, for sleeping models; null: not known. */
  readonly hostGib: number | null;
}

/** One engine of the plan. */
export interface PlannedEngine extends PlacedEngine {
  readonly why: string;
  readonly alternatives: readonly Alternative[];
}

/**
 * How the models share the cards: `alone` one has what it needs · `apart` each has cards of its own · `shared` several
 * on one card, caches cut by bytes · `turns` several on one card, one awake · `none` it cannot be done.
 */
type Arrangement = 'alone' | 'apart' | 'shared' | 'turns' | 'none';

/** What would be served on these cards and how; the same for the same request. */
export interface CardsPlan {
  readonly vllm: string;
  readonly cards: readonly PlanCard[];
  readonly arrangement: Arrangement;
  /** In the order in which they are started. */
  readonly engines: readonly PlannedEngine[];
  /** Turns on one card: what a change takes. */
  readonly swap: { readonly hostGib: number; readonly seconds: readonly [number, number] } | null;
  readonly notes: readonly string[];
}

/** What each engine of a request is to do. */
export const wishesOf = ({ contextTokens, concurrency, cacheFormat, vllm }: CardsRequest): Wishes => ({
  contextTokens,
  concurrency,
  cacheFormat,
  vllm: minorOf(vllm) ?? 32,
});
