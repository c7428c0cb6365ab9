import type { CheckResult, CheckStatus } from './result.ts';

/** `localai verify --json`. */
export interface VerifyReport {
  readonly schemaVersion: 1;
  /** The gateway's address. */
  readonly url: string;
  /** Ids of the models that were looked at. */
  readonly models: readonly string[];
  /** Whether nothing failed. */
  readonly passed: boolean;
  readonly seconds: number;
  readonly counts: Readonly<Record<CheckStatus, number>>;
  readonly checks: readonly CheckResult[];
}

/**
 * A model is excused from what it does by its own choice only while the same thing forced was done. Where that was never
 * promised, neither was this.
 */
const withoutExcuse = (result: CheckResult, all: readonly CheckResult[]): CheckResult => {
  if (result.status !== 'not-able') return result;
  const beside = all.find(({ id, model }) => id === result.forced && model === result.model);
  if (beside?.status === 'ok') return result;
  if (beside?.status === 'skipped') return { ...result, status: 'skipped' };
  const why = beside ? `${beside.id} failed` : 'nothing forced was checked';
  return { ...result, status: 'failed', evidence: `${result.evidence}; ${why}` };
};

export const reportOf = (
  url: string,
  models: readonly string[],
  found: readonly CheckResult[],
  seconds: number,
): VerifyReport => {
  const checks = found.map((result) => withoutExcuse(result, found));
  const count = (status: CheckStatus): number => checks.filter((check) => check.status === status).length;
  const counts = {
    ok: count('ok'),
    failed: count('failed'),
    'not-able': count('not-able'),
    skipped: count('skipped'),
  };
  return { schemaVersion: 1, url, models, passed: counts.failed === 0, seconds, counts, checks };
};
