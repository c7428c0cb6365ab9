import type { Known } from '../machine/known.ts';
import type { Finding } from './check.ts';

type Seen = string | readonly string[];

const lines = (seen: Seen): readonly string[] => (typeof seen === 'string' ? [seen] : seen);

/** More about a finding than what the check says in general. */
interface More {
  readonly meaning?: string;
  readonly fix?: string;
  readonly stops?: true;
}

export const ok = (seen: Seen): Finding => ({ status: 'ok', evidence: lines(seen) });

export const warn = (seen: Seen, more: More = {}): Finding => ({
  status: 'warn',
  evidence: lines(seen),
  ...more,
});

export const fail = (seen: Seen, more: More = {}): Finding => ({
  status: 'fail',
  evidence: lines(seen),
  ...more,
});

/** It could not be looked at. */
export const notChecked = (why: string): Finding => ({ status: 'not-checked', evidence: [why] });

/** Nothing here needs it. */
export const notNeeded = (why: string): Finding => ({ status: 'not-checked', evidence: [why], idle: true });

/** Looks at a fact; one that is not known is not checked. */
export const when = <T>(fact: Known<T>, look: (value: T) => Finding): Finding =>
  'value' in fact ? look(fact.value) : notChecked(fact.notChecked);
