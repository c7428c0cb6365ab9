import type { Paint } from '../../output/output.ts';
import type { VerifyReport } from '../../verify/report.ts';
import type { CheckResult, CheckStatus } from '../../verify/result.ts';

const marks: Readonly<Record<CheckStatus, string>> = { ok: '✔', failed: '✖', 'not-able': '○', skipped: '·' };

const says = ({ status, evidence, title }: CheckResult): string => {
  if (status === 'failed') return `${title}: ${evidence}`;
  if (status === 'not-able') return `Model can't: ${evidence}`;
  return status === 'skipped' ? `not checked: ${evidence}` : evidence;
};

const inColour = ({ status }: CheckResult, paint: Paint, text: string): string => {
  if (status === 'failed') return paint.red(text);
  if (status === 'not-able') return paint.yellow(text);
  return status === 'ok' ? paint.green(text) : paint.dim(text);
};

const lineOf = (check: CheckResult, width: number, paint: Paint): string => {
  const mark = inColour(check, paint, marks[check.status]);
  const seconds = `${check.seconds.toFixed(2)} s`.padStart(8);
  return `  ${mark} ${check.id.padEnd(width)} ${paint.dim(seconds)}  ${says(check)}`;
};

const summary = ({ counts, seconds, passed }: VerifyReport, paint: Paint): string => {
  const parts = [
    `${counts.ok} ok`,
    ...(counts.failed > 0 ? [`${counts.failed} failed`] : []),
    ...(counts['not-able'] > 0 ? [`${counts['not-able']} that the model can't`] : []),
    ...(counts.skipped > 0 ? [`${counts.skipped} not checked`] : []),
  ];
  const verdict = passed ? paint.green('Passed') : paint.red('Failed');
  return `${verdict}: ${parts.join(', ')}, in ${seconds.toFixed(0)} s.`;
};

/** The gateway's checks, then each model's; those that ran last stand with the gateway's. */
export const reportLines = (report: VerifyReport, paint: Paint): readonly string[] => {
  const { checks, models } = report;
  const width = Math.max(0, ...checks.map(({ id }) => id.length));
  const section = (title: string, model: string | null): readonly string[] => {
    const own = checks.filter((check) => check.model === model);
    if (own.length === 0) return [];
    return [paint.bold(title), ...own.map((check) => lineOf(check, width, paint)), ''];
  };
  return [
    ...section(`Gateway ${report.url}`, null),
    ...models.flatMap((id) => section(id, id)),
    summary(report, paint),
  ];
};
