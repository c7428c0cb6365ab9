import type { UsageFigures, UsageReport } from '../../api/usage.ts';
import { type DayUsage, dateOf, type Entries, type LastUse } from './usage-book.ts';

const figuresOf = (rows: readonly DayUsage[]): UsageFigures => {
  const sum = (of: (row: DayUsage) => number): number => rows.reduce((all, row) => all + of(row), 0);
  return {
    requests: sum(({ requests }) => requests),
    errors: sum(({ errors }) => errors),
    promptTokens: sum(({ prompt }) => prompt),
    completionTokens: sum(({ completion }) => completion),
    unknownUsage: sum(({ unknown }) => unknown),
  };
};

/** The last one used first. */
const usesOf = ({ uses }: Entries, kind: LastUse['kind']): readonly LastUse[] =>
  uses.filter((use) => use.kind === kind).toSorted((a, b) => b.at - a.at);

/** What `GET /api/usage` answers. Pure. */
export const usageReport = (
  entries: Entries,
  { since, days, saved }: { readonly since: number; readonly days: number; readonly saved: boolean },
): UsageReport => ({
  schemaVersion: 1,
  since: dateOf(since),
  days,
  saved,
  total: figuresOf(entries.days),
  rows: entries.days
    .toSorted((a, b) => b.day - a.day || a.key.localeCompare(b.key) || a.model.localeCompare(b.model))
    .map((row) => ({ day: dateOf(row.day), key: row.key, model: row.model, ...figuresOf([row]) })),
  keys: usesOf(entries, 'key').map(({ id, name, at }) => ({
    ...{ id, name, lastUsed: at },
    ...figuresOf(entries.days.filter(({ key }) => key === id)),
  })),
  models: usesOf(entries, 'model').map(({ id, at }) => ({
    ...{ id, lastUsed: at },
    ...figuresOf(entries.days.filter(({ model }) => model === id)),
  })),
});
