/** How often an engine is started again by itself. */
export interface CrashBudget {
  /** Restarts within the window; the next crash ends it. */
  readonly restarts: number;
  readonly windowMs: number;
  /** How long to wait before the 1st, 2nd, … restart, ms; the last value holds for all later ones. */
  readonly waitMs: readonly number[];
}

/** design.md section 2: three in ten minutes. The first wait is short: most single crashes don't come back. */
export const defaultCrashBudget: CrashBudget = {
  restarts: 3,
  windowMs: 600_000,
  waitMs: [500, 2000, 8000],
};

export interface AfterCrash {
  /** Times of the crashes that still count, ms since 1970. */
  readonly crashes: readonly number[];
  /** How long to wait before the restart, ms; undefined: the budget is spent. */
  readonly waitMs: number | undefined;
}

/** What follows from one more crash. Pure. */
export const afterCrash = (budget: CrashBudget, before: readonly number[], now: number): AfterCrash => {
  const crashes = [...before.filter((time) => now - time < budget.windowMs), now];
  if (crashes.length > budget.restarts) return { crashes, waitMs: undefined };
  return { crashes, waitMs: budget.waitMs[crashes.length - 1] ?? budget.waitMs.at(-1) ?? 0 };
};
