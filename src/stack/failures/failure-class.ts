import type { ErrorCode } from '../../errors.ts';

/** The codes of the registry that a failure's class belongs to; FAILED_KEYS is the gateway's. */
export type FailureFamily = Exclude<Extract<ErrorCode, `FAILED_${string}`>, 'FAILED_KEYS'>;

/** When something happened in an engine's life; only for classes whose text says nothing of it. */
export type FailureStage = 'load' | 'profile' | 'cache' | 'graphs' | 'running' | 'unknown';

/** One kind of failure: what is said when it happens, what it means and the one thing to do. */
export interface FailureClass {
  /** Stable; in `state.json`, in docs/failures.md and in the classified failure. */
  readonly id: string;
  readonly family: FailureFamily;
  /**
   * What is said, any of these, in one line without colours and prefixes. Named groups fill the texts.
   * Lines of vLLM's levels INFO and WARNING are not looked at.
   */
  readonly says: readonly RegExp[];
  /** Also looked for in warnings, where the error is that there is no card: the reason is said there. */
  readonly inWarnings?: true;
  /** Only when this was said too, anywhere. */
  readonly also?: RegExp;
  /** Only when it happened then. */
  readonly stage?: FailureStage;
  /**
   * `general` gives way to any other class that fits: its text is also said on the way down from other causes.
   * `certain` comes before any other: what else is said follows from it.
   */
  readonly rank?: 'general' | 'certain';
  /** What it is may pass by itself: starting the engine again makes sense. */
  readonly mayPass?: true;
  /** Why, as the end of a sentence, without a full stop. `{name}` is a named group; `[…]` is left out when one in it is missing. */
  readonly problem: string;
  /** What to do, a sentence or two with the exact command; `{localai}` and `{model}` are replaced. */
  readonly fix: string;
  /** The flag with which the engine is started once more by itself, and the group that holds its value. */
  readonly retry?: { readonly flag: string; readonly group: string };
  /** Where these texts were read. */
  readonly source: string;
}
