import type { Assessed, Check, CheckResult, Finding, Group } from './check.ts';
import type { DoctorFacts } from './facts.ts';
import { notChecked, notNeeded } from './findings.ts';
import { type Place, placeOf } from './place.ts';

/** Checks by group. */
export type CheckBook = Readonly<Record<Group, readonly Check[]>>;

/** Root needs no sudo, and may not have it. */
const forPlace = (text: string, { root }: Place): string => (root ? text.replace(/\bsudo /g, '') : text);

export const anchorOf = (id: string): string => `docs/doctor.md#${id}`;

/** Whether checks that need this one must stay silent. What is only unknown stops nobody. */
const stopsOthers = ({ status, stops }: Assessed): boolean => status === 'fail' || stops;

/** A check says nothing while one that it needs is wrong: whatever it saw would be that one's fault. */
const blockedBy = (check: Check, done: ReadonlyMap<string, Assessed>): Finding | undefined => {
  for (const id of check.needs ?? []) {
    const before = done.get(id);
    if (before === undefined || !stopsOthers(before)) continue;
    const why = before.status === 'not-checked' ? (before.evidence[0] ?? '') : `${id} comes first`;
    return { ...(before.idle ? notNeeded(why) : notChecked(why)), stops: true };
  }
  return undefined;
};

const resultOf = (check: Check, group: Group, finding: Finding, place: Place): Assessed => {
  const wrong = finding.status === 'warn' || finding.status === 'fail';
  const fix = finding.fix ?? check.fix?.(place) ?? null;
  return {
    id: check.id,
    group,
    title: check.title,
    status: finding.status,
    severity: check.severity,
    evidence: finding.evidence,
    meaning: finding.meaning ?? check.meaning,
    fix: wrong && fix !== null ? forPlace(fix, place) : null,
    anchor: anchorOf(check.id),
    idle: finding.idle ?? false,
    stops: finding.stops ?? false,
  };
};

/** Looks at the facts with every check, in the order of the book. Pure. */
export const assessAll = (book: CheckBook, facts: DoctorFacts): readonly Assessed[] => {
  const place = placeOf(facts.machine);
  const done = new Map<string, Assessed>();
  for (const [group, checks] of Object.entries(book) as [Group, readonly Check[]][]) {
    for (const check of checks) {
      const finding = blockedBy(check, done) ?? check.assess(facts);
      done.set(check.id, resultOf(check, group, finding, place));
    }
  }
  return [...done.values()];
};

/** What `--json` prints of it. */
export const plainResult = ({ idle: _idle, stops: _stops, ...result }: Assessed): CheckResult => result;
