import { type ErrorCode, errors, exitCodes } from '../../errors.ts';
import { failureClasses } from './classes/book.ts';
import { cleanLog, type LogLine } from './clean-log.ts';
import type { FailureClass, FailureFamily, FailureStage } from './failure-class.ts';
import { endedByKill } from './killed.ts';
import { regionOf, stageOf } from './region.ts';
import { unclassifiedWords } from './unclassified.ts';

/** What is known of an engine, or of a container's start, that failed. */
export interface FailureFacts {
  /** What it wrote, of this run as far as it is known; the last some hundred lines are enough. */
  readonly log: string;
  readonly exitCode: number | null;
  readonly signal: string | null;
  /** Whether the kernel says that it killed for lack of memory; undefined when nobody asked it. */
  readonly oomKilled?: boolean | undefined;
}

export interface ClassifiedFailure {
  /** The class's id; `unclassified` when none fits. */
  readonly id: string;
  readonly code: FailureFamily;
  /** Why, as the end of a sentence, without a full stop. */
  readonly problem: string;
  /** What to do; `{localai}` and `{model}` in it are replaced by who shows it. */
  readonly fix: string;
  /** The exit code of a command that fails for it. */
  readonly exitCode: number;
  /** The line that says it; null when the way in which it ended does. */
  readonly evidence: string | null;
  /** Whether starting it again makes sense. */
  readonly mayPass: boolean;
  /** What the engine itself said would work. */
  readonly retry: { readonly flag: string; readonly value: string } | null;
}

interface Match {
  readonly found: FailureClass;
  readonly groups: Readonly<Record<string, string>>;
  readonly line: string;
}

const mayCount = ({ level, code }: LogLine, { inWarnings }: FailureClass): boolean =>
  !code && level !== 'info' && (level !== 'warning' || inWarnings === true);

const matchOf = (line: LogLine, found: FailureClass): Match | undefined => {
  if (!mayCount(line, found)) return undefined;
  for (const pattern of found.says) {
    const match = pattern.exec(line.text);
    if (match) return { found, groups: { ...match.groups }, line: line.text };
  }
  return undefined;
};

const rankOf = ({ rank }: FailureClass): number => (rank === 'certain' ? 2 : rank === 'general' ? 0 : 1);

const fits = (found: FailureClass, stage: FailureStage, all: readonly LogLine[]): boolean =>
  (found.stage === undefined || found.stage === stage) &&
  (found.also === undefined || all.some(({ text, code }) => !code && found.also?.test(text)));

/** What is wrong with a card is said in a warning when the program can go on without one; then it only misses it. */
const explainedByWarnings: ReadonlySet<FailureFamily> = new Set(['FAILED_NO_GPU', 'FAILED_GPU_UNFIT']);

/** The first that is said, among those of the highest rank: what comes after a cause follows from it. */
const causeIn = (log: string): Match | undefined => {
  const region = regionOf(cleanLog(log));
  const stage = stageOf(region);
  const classes = failureClasses.filter((found) => fits(found, stage, region.all));
  let best: Match | undefined;
  let warned: Match | undefined;
  for (const line of region.lines) {
    for (const found of classes) {
      if (line.level === 'warning') warned ??= matchOf(line, found);
      else if (!best || rankOf(found) > rankOf(best.found)) best = matchOf(line, found) ?? best;
    }
  }
  return best && warned && explainedByWarnings.has(best.found.family) ? warned : best;
};

/** Fills `{name}` from the groups, `{name|other}` also where it is missing; a part in brackets goes then. */
const filled = (text: string, groups: Readonly<Record<string, string | undefined>>): string =>
  text
    .replace(/\[([^[\]]*\{[^[\]]*)\]/g, (_whole, part: string) =>
      [...part.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => groups[name] !== undefined) ? part : '',
    )
    .replace(
      /\{(\w+)(?:\|([^}]*))?\}/g,
      (whole, name: string, other?: string) => groups[name] ?? other ?? whole,
    );

const longestEvidence = 400;

const classified = (
  { id, family, problem, fix, retry, mayPass }: Omit<FailureClass, 'says' | 'source'>,
  groups: Readonly<Record<string, string>>,
  line: string | null,
): ClassifiedFailure => {
  const value = retry && groups[retry.group];
  return {
    id,
    code: family,
    problem: filled(problem, groups),
    fix: filled(fix, groups),
    mayPass: mayPass === true,
    exitCode: exitCodes[errors[family satisfies ErrorCode].exit],
    evidence: line?.trim().slice(0, longestEvidence) ?? null,
    retry: retry && value !== undefined ? { flag: retry.flag, value } : null,
  };
};

/**
 * Why an engine ended, by its own words, else by how it ended; `unclassified` with its last words when neither says,
 * since a wrong reason is worse than none. Pure.
 */
export const classifyFailure = (facts: FailureFacts): ClassifiedFailure => {
  const cause = causeIn(facts.log);
  if (cause && cause.found.rank !== 'general') return classified(cause.found, cause.groups, cause.line);
  const killed = endedByKill(facts);
  if (killed) return classified(killed, {}, null);
  if (cause) return classified(cause.found, cause.groups, cause.line);
  const words = unclassifiedWords(regionOf(cleanLog(facts.log)).lines);
  const how = facts.signal ? `signal ${facts.signal}` : `exit code ${facts.exitCode ?? 'unknown'}`;
  return classified(
    {
      id: 'unclassified',
      family: 'FAILED_UNCLASSIFIED',
      problem: words.length === 0 ? `it said nothing (${how})` : words.join(' / '),
      fix: 'The whole log: `{localai} logs {model}`.',
      mayPass: true,
    },
    {},
    words.at(-1) ?? null,
  );
};
