import type { DoctorFacts } from './facts.ts';
import type { Place } from './place.ts';

/** In the order in which a person would repair: what is below is no use while what is above it is broken. */
export const groups = {
  driver: 'NVIDIA driver',
  gpu: 'Graphics cards',
  docker: 'Docker',
  compose: 'Compose',
  toolkit: 'Container toolkit',
  'gpu-path': 'GPU in containers',
  disk: 'Disk',
  memory: 'Memory and processor',
  network: 'Network and hub',
  ports: 'Ports',
  models: 'Models',
  stack: 'What runs',
  editors: 'Editors and agents',
  security: 'Security',
} as const;

export type Group = keyof typeof groups;

/** What a check came to. `not-checked`: nobody knows, or nothing here needs it; the evidence says which. */
export type Status = 'ok' | 'warn' | 'fail' | 'not-checked';

/**
 * How bad it is when a check is not right. `error`: something that people expect to work will not · `warning`: it
 * works, but worse or not for long · `info`: good to know.
 */
export type Severity = 'error' | 'warning' | 'info';

/** How to repair something here, as lines that can be typed; lines with `#` are for reading. */
type Fix = (place: Place) => string;

/** What one look at the facts says. */
export interface Finding {
  readonly status: Status;
  /** What was seen, a line each. */
  readonly evidence: readonly string[];
  /** What it means; absent: what the check says of it in general. */
  readonly meaning?: string;
  /** How to repair this very case; absent: what the check says of it in general. */
  readonly fix?: string;
  /** Nothing here needs it. */
  readonly idle?: true;
  /** It did not fail, but checks that need this one cannot go on. */
  readonly stops?: true;
}

/** A check: data, and one pure look at the facts. */
export interface Check {
  /** Stable interface. */
  readonly id: string;
  /** What is so when it is right. */
  readonly title: string;
  readonly severity: Severity;
  /** What is looked at. For the documentation. */
  readonly looks: string;
  /** What it means when it is not right. */
  readonly meaning: string;
  readonly fix?: Fix;
  /** Checks that must be right before this one can say anything; else it would blame what they found. */
  readonly needs?: readonly string[];
  readonly assess: (facts: DoctorFacts) => Finding;
}

/** A check's result: `localai doctor --json` prints these fields. */
export interface CheckResult {
  readonly id: string;
  readonly group: Group;
  readonly title: string;
  readonly status: Status;
  readonly severity: Severity;
  readonly evidence: readonly string[];
  readonly meaning: string;
  readonly fix: string | null;
  /** Where the documentation speaks of it. */
  readonly anchor: string;
}

/** A result with what only the summary and later checks want to know. */
export interface Assessed extends CheckResult {
  /** Nothing here needs it: no news, good or bad. */
  readonly idle: boolean;
  readonly stops: boolean;
}
