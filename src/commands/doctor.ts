import { Command, Option } from 'commander';
import type { Context } from '../context.ts';
import { assessAll, plainResult } from '../doctor/assess.ts';
import type { Assessed } from '../doctor/check.ts';
import { checkBook } from '../doctor/checks/book.ts';
import type { DoctorFacts } from '../doctor/facts.ts';
import { gatherFacts } from '../doctor/probe/gather-facts.ts';
import { readReport, writeReport } from '../doctor/report-file.ts';
import { isSelected, parseNames, type Selection, wantsGroup } from '../doctor/select.ts';
import { exitCodes, failure, reason } from '../errors.ts';
import { recordGpuPath } from '../machine/gpu-path/recorded-path.ts';
import { factOf } from '../machine/known.ts';
import type { DefineCommand } from './command.ts';
import { fixWhatCanBe } from './doctor/fix.ts';
import { withProgress } from './doctor/progress.ts';
import { summaryLines } from './doctor/summary.ts';

interface DoctorOptions {
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly fix?: true;
  readonly quick?: true;
  readonly strict?: true;
  readonly report?: string;
  readonly from?: string;
}

/** A list in one word, or the option several times. */
const names = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...parseNames(text),
];

export const define: DefineCommand = (open) =>
  new Command('doctor')
    .description('what is wrong here, and the command that repairs it')
    .addOption(
      new Option('--only <names>', 'only these checks or groups, e.g. driver,port-gateway').argParser(names),
    )
    .addOption(new Option('--skip <names>', 'all but these checks or groups').argParser(names))
    .option('--quick', 'leave out what takes longer: containers, a tool call')
    .option('--fix', 'repair what is safe and can be undone; asks before each')
    .option('--report <file>', 'write all that was found to a file, for another machine to read')
    .option('--from <file>', 'look at such a file in place of this machine')
    .option('--strict', 'end with 1 for warnings, too')
    .addHelpText(
      'after',
      `
Ends with 1 when something is to be repaired, with 0 when there are warnings at most. What each check looks at and
means: docs/doctor.md.

Examples:
  $ {localai} doctor
  $ {localai} doctor -v --only driver,docker
  $ {localai} doctor --fix
  $ {localai} doctor --report machine.json
  $ {localai} doctor --from machine.json --json`,
    )
    .action(async (_options, command: Command) => run(open(command), command.opts<DoctorOptions>()));

const gather = (context: Context, options: DoctorOptions, selection: Selection): Promise<DoctorFacts> => {
  const { system, paths, packageFolder, version, signal } = context;
  if (options.from !== undefined) return readReport(system, options.from);
  return withProgress(context, (onStep) =>
    gatherFacts({
      ...{ system, paths, packageFolder, version, signal, onStep },
      quick: options.quick ?? false,
      withoutContainers: !wantsGroup(selection, 'gpu-path'),
    }),
  );
};

/** So that `up` asks Docker for the card in the way that works here. */
const remember = ({ paths, system, output }: Context, { machine, local }: DoctorFacts): void => {
  const path = local && factOf(local.gpuPath);
  if (!path) return;
  try {
    recordGpuPath(paths, path, machine.nvidia.driverVersion, system.clock.now());
  } catch (caught) {
    // A full disk is a finding, and no reason to find nothing.
    output.warn(`which way to the card works could not be remembered: ${reason(caught)}`);
  }
};

/** Commands as the user types them. */
const inWords = (result: Assessed, words: (text: string) => string): Assessed => ({
  ...result,
  evidence: result.evidence.map(words),
  meaning: words(result.meaning),
  fix: result.fix === null ? null : words(result.fix),
});

const exitCodeOf = (results: readonly Assessed[], strict: boolean): number => {
  const bad = results.some(({ status }) => status === 'fail' || (strict && status === 'warn'));
  return bad ? exitCodes.failed : exitCodes.ok;
};

const check = (options: DoctorOptions): Selection => {
  if (options.from === undefined) return { only: options.only ?? [], skip: options.skip ?? [] };
  const other = options.fix ? '--fix' : options.report === undefined ? undefined : '--report';
  if (other === undefined) return { only: options.only ?? [], skip: options.skip ?? [] };
  throw failure('USAGE', {
    problem: `${other} is for this machine, --from for another one.`,
    command: 'doctor',
  });
};

const run = async (context: Context, options: DoctorOptions): Promise<void> => {
  const { output, system, exit } = context;
  const selection = check(options);
  const facts = await gather(context, options, selection);
  if (options.from === undefined) remember(context, facts);
  if (options.report !== undefined) {
    await writeReport(system, options.report, facts);
    output.note(`Written to ${options.report}; look through it before you hand it on.`);
  }
  const look = (found: DoctorFacts): readonly Assessed[] =>
    assessAll(checkBook, found)
      .filter(isSelected(selection))
      .map((result) => inWords(result, output.words));
  let [seen, results] = [facts, look(facts)];
  if (options.fix && (await fixWhatCanBe(context, results, facts))) {
    seen = await gather(context, options, selection);
    results = look(seen);
  }
  output.data({ schemaVersion: 1, machine: seen.machine, checks: results.map(plainResult) });
  const columns = Math.max(60, output.columns ?? 100);
  const style = { paint: output.paint, columns, verbose: output.options.verbose };
  for (const line of summaryLines(seen.machine, results, style)) output.print(line);
  exit(exitCodeOf(results, options.strict ?? false));
};
