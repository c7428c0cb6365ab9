import type { Assessed, Status } from '../../doctor/check.ts';
import { factOf } from '../../machine/known.ts';
import type { MachineReport } from '../../machine/report.ts';
import { gibibytes } from '../../models/quantities.ts';
import type { Paint } from '../../output/output.ts';
import { wrapped } from './wrap.ts';

interface Look {
  readonly paint: Paint;
  /** Of the terminal. */
  readonly columns: number;
  /** With evidence, and with what is right as well. */
  readonly verbose: boolean;
}

const marks: Readonly<Record<Status, string>> = { fail: '✖', warn: '!', ok: '✔', 'not-checked': '·' };

const markOf = ({ status }: Assessed, paint: Paint): string => {
  const mark = marks[status];
  if (status === 'fail') return paint.red(mark);
  if (status === 'warn') return paint.yellow(mark);
  return status === 'ok' ? paint.green(mark) : paint.dim(mark);
};

/** What the machine is, in a line or two. */
const machineLine = (machine: MachineReport): string => {
  const gpus = (factOf(machine.gpus) ?? []).filter(({ vendor }) => vendor !== 'other');
  const cards = gpus.map(({ name, memoryBytes }) =>
    memoryBytes === null ? name : `${name} (${gibibytes(memoryBytes)})`,
  );
  const graphics =
    'notChecked' in machine.gpus ? 'graphics cards not checked' : cards.join(' + ') || 'no graphics card';
  const cores = machine.cpu.cores === 1 ? '1 core' : `${machine.cpu.cores} cores`;
  return [
    `${factOf(machine.os) ?? factOf(machine.system.distribution)?.name ?? machine.platform}${machine.wsl ? ' in WSL' : ''}`,
    `${factOf(machine.cpu.name) ?? 'processor not checked'} (${cores})`,
    `${gibibytes(machine.memory.totalBytes)} memory`,
    graphics,
  ].join(', ');
};

const rank: Readonly<Record<Assessed['severity'], number>> = { error: 0, warning: 1, info: 2 };

/** Something that nothing here needs comes last, however broken it is. */
const rankOf = ({ status, severity, idle }: Assessed): number =>
  (status === 'fail' ? 0 : 10) + (idle ? 5 : 0) + rank[severity];

/** Worst first; of two that are equally bad the one that comes first in the order of repair. */
const worstFirst = (results: readonly Assessed[]): readonly Assessed[] =>
  results
    .filter(({ status }) => status === 'fail' || status === 'warn')
    .toSorted((a, b) => rankOf(a) - rankOf(b));

/** A command and what is said of it, `command   # words`; commands stay whole, since people copy them. */
const commandLine = (line: string, { paint, columns }: Look): readonly string[] => {
  const [, command = '', words] = /^(.*?)(?:(?:^|\s{3})# ?(.*))?$/.exec(line) ?? [];
  const said =
    words === undefined ? [] : wrapped(words, columns - 6).map((part) => `    ${paint.dim(`# ${part}`)}`);
  return [...said, ...(command === '' ? [] : [`    ${paint.cyan('$')} ${command}`])];
};

const commandLines = (fix: string, look: Look): readonly string[] =>
  fix.split('\n').flatMap((line) => commandLine(line, look));

/** What it means stands first: that is what a person wants to know; then what was seen, then what to type. */
const problemLines = (result: Assessed, look: Look): readonly string[] => {
  const { paint, columns, verbose } = look;
  const [headline = '', ...rest] = wrapped(`${result.meaning} [${result.id}]`, columns - 2);
  const shown = verbose ? result.evidence : result.evidence.slice(0, 2);
  return [
    `${markOf(result, paint)} ${paint.bold(headline)}`,
    ...rest.map((line) => `  ${paint.bold(line)}`),
    ...shown.flatMap((line) => wrapped(line, columns - 4)).map((line) => `    ${paint.dim(line)}`),
    ...(result.fix === null ? [] : commandLines(result.fix, look)),
    ...(verbose ? [`    ${paint.dim(result.anchor)}`] : []),
  ];
};

const quietLine = (result: Assessed, { paint, columns }: Look): readonly string[] => {
  const head = `${markOf(result, paint)} ${result.title} ${paint.dim(`[${result.id}]`)}`;
  return [
    head,
    ...result.evidence.flatMap((line) => wrapped(line, columns - 4)).map((line) => `    ${paint.dim(line)}`),
  ];
};

const tally = (results: readonly Assessed[]): string => {
  const of = (test: (result: Assessed) => boolean): number => results.filter(test).length;
  const parts = [
    [of(({ status }) => status === 'ok'), 'in order'],
    [of(({ status }) => status === 'fail'), 'to repair'],
    [of(({ status }) => status === 'warn'), 'to know'],
    [of(({ status, idle }) => status === 'not-checked' && !idle), 'not checked'],
    [of(({ status, idle }) => status === 'not-checked' && idle), 'not needed here'],
  ] as const;
  return parts
    .filter(([number]) => number > 0)
    .map(([number, words]) => `${number} ${words}`)
    .join(', ');
};

/** What to do now. */
const verdict = (results: readonly Assessed[]): string => {
  const fails = results.filter(({ status }) => status === 'fail');
  const serves = results.some(({ id, status }) => id === 'stack-answers' && status === 'ok');
  if (fails.length > 0) {
    const things = fails.length === 1 ? '1 thing' : `${fails.length} things`;
    return `${things} to repair, the first one first; then \`{localai} doctor\` again.`;
  }
  return serves ? 'Nothing to repair: it serves.' : 'Nothing stands in the way of `{localai} up`.';
};

/** The summary that a person reads in ten seconds: worst first, then what was right in a line. */
export const summaryLines = (
  machine: MachineReport,
  results: readonly Assessed[],
  look: Look,
): readonly string[] => {
  const { paint, columns, verbose } = look;
  const problems = worstFirst(results).flatMap((result) => [...problemLines(result, look), '']);
  const rest = results.filter(({ status }) => status === 'ok' || status === 'not-checked');
  return [
    ...wrapped(machineLine(machine), columns).map(paint.bold),
    '',
    ...problems,
    ...(verbose ? [...rest.flatMap((result) => quietLine(result, look)), ''] : []),
    ...wrapped(`${tally(results)}${verbose ? '' : ' (-v shows all)'}`, columns).map(paint.dim),
    ...wrapped(verdict(results), columns),
  ];
};
