import { type Outcome, outcomes } from '../outcome.ts';
import { Buckets } from './buckets.ts';
import { families } from './families.ts';

/** How far a request had come when its client left. */
export const phases = ['upload', 'queued', 'prefill', 'stream', 'unary'] as const;

export type Phase = (typeof phases)[number];

const zeros = <K extends string>(keys: readonly K[]): Record<K, number> =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<K, number>;

/** What is counted of one kind of request: what was done, the name that was asked for, the model that served. */
export class AnswerTally {
  readonly labels: readonly string[];
  readonly duration = new Buckets(families.duration.bounds);
  /** By error type. */
  readonly failed = new Map<string, Buckets>();
  readonly firstToken = new Buckets(families.firstToken.bounds);
  readonly perToken = new Buckets(families.perToken.bounds);
  readonly input = new Buckets(families.tokens.bounds);
  readonly output = new Buckets(families.tokens.bounds);

  constructor(labels: readonly string[]) {
    this.labels = labels;
  }

  durationOf(errorType: string): Buckets {
    const known = this.failed.get(errorType);
    if (known) return known;
    const made = new Buckets(families.duration.bounds);
    this.failed.set(errorType, made);
    return made;
  }
}

/** What is counted of one model. */
export class ModelTally {
  readonly model: string;
  readonly requests: Record<Outcome, number> = zeros(outcomes);
  readonly cancels: Record<Phase, number> = zeros(phases);
  readonly queueWait = new Buckets(families.queueWait.bounds);
  retries = 0;
  unknownUsage = 0;

  constructor(model: string) {
    this.model = model;
  }
}

/** What is counted of one key. */
export class KeyTally {
  readonly key: string;
  requests = 0;
  input = 0;
  output = 0;

  constructor(key: string) {
    this.key = key;
  }
}
