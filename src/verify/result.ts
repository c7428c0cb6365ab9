/**
 * `ok` as it should be · `failed` not so · `not-able` the model was free to do it and did not, while the same thing
 * forced is checked beside it · `skipped` there was nothing to check, and why.
 */
export type CheckStatus = 'ok' | 'failed' | 'not-able' | 'skipped';

/** Figures of a check, as far as it has them. */
export interface Measures {
  /** To the first token of the answer, ms. */
  readonly firstTokenMs?: number;
  /** Of one answer after its first token, or of several together. */
  readonly tokensPerSecond?: number;
  readonly promptTokens?: number;
  readonly completionTokens?: number;
}

/** What a check found; one that fails throws a Mismatch instead. */
export interface Finding {
  readonly status: Exclude<CheckStatus, 'failed'>;
  /** What was seen, for people. */
  readonly evidence: string;
  readonly measures?: Measures;
}

/** One check of one model (or of the gateway itself) when it is over: part of `verify --json`. */
export interface CheckResult {
  readonly id: string;
  /** What must hold. */
  readonly title: string;
  /** null: it concerns the gateway. */
  readonly model: string | null;
  readonly status: CheckStatus;
  readonly evidence: string;
  readonly seconds: number;
  readonly measures: Measures;
  /** The check in which the model has no choice, where it has one here. */
  readonly forced: string | null;
}

export const ok = (evidence: string, measures: Measures = {}): Finding => ({
  status: 'ok',
  evidence,
  measures,
});

export const notAble = (evidence: string): Finding => ({ status: 'not-able', evidence });

export const skipped = (reason: string): Finding => ({ status: 'skipped', evidence: reason });

/** What was seen is not what must be. */
export class Mismatch extends Error {}

/** The gateway or the engine refused the request. */
export class Refused extends Mismatch {
  readonly status: number;

  constructor(status: number, problem: string) {
    super(`${status}: ${problem}`);
    this.status = status;
  }
}

/** What was asked for was passed over in silence, as by an engine that does not know it. */
export class PassedOver extends Mismatch {}

/** Throws a Mismatch unless it holds; `seen` says what was there instead. */
export function must(holds: boolean, seen: string): asserts holds {
  if (!holds) throw new Mismatch(seen);
}
