import { Command, Option } from 'commander';
import { readOwnerKey } from '../config/keys.ts';
import { parseSetting } from '../config/load.ts';
import { type SettingKey, type Settings, settings } from '../config/schema.ts';
import type { Context } from '../context.ts';
import { failure } from '../errors.ts';
import { ensureModel } from '../models/ensure.ts';
import { type ApplyResult, applyPlan } from '../stack/apply.ts';
import { holdChangeLock } from '../stack/change-lock.ts';
import { applyStack } from '../stack/compose/apply-stack.ts';
import { stopStack } from '../stack/compose/stop-stack.ts';
import { ownProgram } from '../stack/entry.ts';
import { type Facts, gatherFacts } from '../stack/facts.ts';
import { launchersFor } from '../stack/launchers.ts';
import { planStack, type StackPlan } from '../stack/plan.ts';
import { planLines } from '../stack/plan-text.ts';
import { readServing } from '../stack/serving.ts';
import type { Step } from '../stack/step.ts';
import type { DefineCommand } from './command.ts';
import { summaryLines, summaryOf } from './up/summary.ts';

/** A large model on a slow line; whoever waits for another `up` may leave with Ctrl-C. */
const waitForOtherMs = 12 * 3600 * 1000;

/** The flags that stand for a setting. */
const settingFlags: readonly (readonly [flag: string, key: SettingKey])[] = [
  ['-m, --model <reference>', 'model'],
  ['-p, --port <port>', 'gateway.port'],
  ['--engine <name>', 'engine'],
  ['--context <tokens>', 'context'],
  ['--parallel <requests>', 'parallel'],
  ['--threads <count>', 'threads'],
  ['--gpu <auto|off>', 'gpu'],
  ['--url <address>', 'remote.url'],
];

interface UpOptions {
  readonly dryRun?: true;
  readonly wait: boolean;
}

export const define: DefineCommand = (open) => {
  const up = new Command('up')
    .description('serve a model: plan, fetch, start, wait')
    .option('-n, --dry-run', 'print the plan and change nothing')
    .option('--no-wait', 'return once the gateway answers, while the model still loads');
  for (const [flag, key] of settingFlags) {
    const name = flag.slice(0, flag.indexOf(' <')).split(', ').at(-1) ?? flag;
    const read = (text: string): unknown => parseSetting(key, text, name);
    up.addOption(new Option(flag, settings[key].description).argParser(read));
  }
  return up
    .addHelpText(
      'after',
      `
Running it again changes only what differs. The model of the last \`up\` stays until another one is named;
\`--model auto\` chooses anew.

Examples:
  $ {localai} up
  $ {localai} up --model org/repo
  $ {localai} up --model ./model.gguf --context 16384
  $ {localai} up --dry-run --json`,
    )
    .action(async (_options, command: Command) =>
      run(open(command), command.opts<UpOptions>(), flagsOf(command)),
    );
};

const flagsOf = (command: Command): Partial<Settings> =>
  Object.fromEntries(
    command.options.flatMap((option) => {
      const key = settingFlags.find(([flag]) => flag === option.flags)?.[1];
      const value: unknown = command.getOptionValue(option.attributeName());
      return key === undefined || value === undefined ? [] : [[key, value]];
    }),
  );

const run = async (context: Context, options: UpOptions, flags: Partial<Settings>): Promise<void> => {
  const { system, paths, packageFolder, signal, output } = context;
  const { values } = await context.config(flags);
  const asking = { system, paths, packageFolder, settings: values, signal };
  if (options.dryRun) {
    const facts = await gatherFacts(asking);
    showPlan(context, planStack(facts.plan), facts);
    return;
  }
  const release = await holdChangeLock(system, paths, {
    what: 'up',
    waitMs: waitForOtherMs,
    onWait: ({ pid, what }) => output.note(`Waiting for \`{localai} ${what}\` (process ${pid}) to finish.`),
    signal,
  });
  try {
    const facts = await gatherFacts(asking);
    await apply(context, options, planStack(facts.plan), facts, release);
  } finally {
    await release();
  }
};

const showPlan = ({ output }: Context, plan: StackPlan, { report, running, previous }: Facts): void => {
  output.data({ plan, machine: report, running: running?.gateway ?? null });
  for (const line of planLines(plan, report, output.columns)) output.print(line);
  const models = previous?.served.map(({ planned, model }) => planned.id ?? model.id).join(' and ');
  output.print(
    running ? `Running   ${running.gateway.url}, ${models || 'a model of its own'}` : 'Running   nothing',
  );
};

interface UpSteps {
  readonly steps: readonly Step[];
  readonly result: () => Done;
}

/** What all stacks come to. */
type Done = Omit<ApplyResult, 'record'> & {
  readonly record: { readonly gateway: { readonly url: string } };
};

const stepsOf = async (
  context: Context,
  { wait }: UpOptions,
  plan: StackPlan,
  { previous, running, report, launchers, plan: { settings: wishes } }: Facts,
  release: () => Promise<void>,
): Promise<UpSteps> => {
  const { system, paths, packageFolder, output, version } = context;
  const common = {
    ...{ system, paths, packageFolder, version, plan, launchers, previous },
    ...{ ensure: ensureModel, waitForModels: wait, say: output.note, onServing: release },
  };
  if (plan.stack === 'compose') {
    const launchersAgain = () => launchersFor({ system, paths, packageFolder, report, settings: wishes });
    return applyStack({ ...common, report, launchersAgain });
  }
  if (previous?.plan.stack === 'compose' && (await stopStack(system, paths, false))) {
    output.note('The containers of the last `{localai} up` were stopped.');
  }
  return applyPlan({ ...common, running, program: ownProgram(packageFolder) });
};

const apply = async (
  context: Context,
  options: UpOptions,
  plan: StackPlan,
  facts: Facts,
  release: () => Promise<void>,
): Promise<void> => {
  const { system, paths, output, signal } = context;
  for (const line of planLines(plan, facts.report, output.columns)) {
    if (plan.cards) output.note(line);
    else output.detail(line);
  }
  const { steps, result } = await stepsOf(context, options, plan, facts, release);
  try {
    await output.tasks(steps, signal);
  } catch (caught) {
    if (signal.aborted && (await readServing(system, paths))) {
      output.note('What was started goes on in the background: `{localai} status`, `{localai} down`.');
    }
    throw caught;
  }
  const done = result();
  const key = await readOwnerKey(system, paths);
  if (key === undefined) throw failure('KEY_MISSING', {});
  output.data({
    gateway: { url: done.record.gateway.url },
    keyFile: paths.ownerKeyFile,
    how: done.how,
    changes: done.changes,
    decisions: [...done.applied.steppedDown, ...plan.notes],
    models: done.models.length > 0 ? done.models : done.config.models.map(({ id, roles }) => ({ id, roles })),
  });
  for (const line of summaryLines(summaryOf(done, key), output.paint)) output.print(line);
};
