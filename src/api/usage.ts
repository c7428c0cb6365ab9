/** What requests for models came to. */
export interface UsageFigures {
  readonly requests: number;
  /** Answered with 4xx or 5xx, or broken off; a client that left is none. */
  readonly errors: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  /** Answers that did not say how many tokens they took; those are in neither sum. */
  readonly unknownUsage: number;
}

/** One key's use of one model on one day. */
interface UsageRow extends UsageFigures {
  /** UTC: `2026-11-25`. */
  readonly day: string;
  /** The key's id; `anyone` for requests without one. */
  readonly key: string;
  readonly model: string;
}

export interface KeyUsage extends UsageFigures {
  readonly id: string;
  /** As it was called when it was last used. */
  readonly name: string;
  /** ms since 1970; of any request with it, also of earlier days. */
  readonly lastUsed: number;
}

interface ModelUsage extends UsageFigures {
  readonly id: string;
  /** ms since 1970. */
  readonly lastUsed: number;
}

/**
 * `GET /api/usage` of the gateway. `?days=7` counts today and the six days before (30 when absent), `?key=` and
 * `?model=` narrow it to an id.
 */
export interface UsageReport {
  readonly schemaVersion: 1;
  /** The first day that is counted, UTC. */
  readonly since: string;
  readonly days: number;
  /** False while gateway.db cannot be used: then this is what came since that began, and it is lost with the process. */
  readonly saved: boolean;
  readonly total: UsageFigures;
  /** Newest day first. */
  readonly rows: readonly UsageRow[];
  /** All that were ever used, the last one first, with the figures of the days counted. */
  readonly keys: readonly KeyUsage[];
  readonly models: readonly ModelUsage[];
}
