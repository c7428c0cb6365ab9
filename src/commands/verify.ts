import { Command, Option } from 'commander';
import { openWire } from '../client/wire.ts';
import { nearest } from '../config/nearest.ts';
import type { Context } from '../context.ts';
import { exitCodes, failure } from '../errors.ts';
import type { Scene } from '../verify/check.ts';
import { checkIds, withForced } from '../verify/check-list.ts';
import { listModels, namedModels } from '../verify/list-models.ts';
import { reportOf, type VerifyReport } from '../verify/report.ts';
import { runChecks } from '../verify/run-checks.ts';
import { findGateway } from './chat/target.ts';
import type { DefineCommand } from './command.ts';
import { withProgress } from './verify/progress.ts';
import { reportLines } from './verify/report-lines.ts';

interface VerifyOptions {
  readonly model?: readonly string[];
  readonly only?: readonly string[];
  readonly skip?: readonly string[];
  readonly quick?: true;
  readonly full?: true;
  readonly url?: string;
}

/** A large model from a slow disk, ms. */
const loadMs = 15 * 60_000;

const several = (text: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  ...text
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== ''),
];

const checkNames = (text: string, before?: readonly string[]): readonly string[] => {
  const names = several(text, before);
  for (const name of names) {
    if (checkIds.includes(name)) continue;
    const near = nearest(name, checkIds);
    const problem = `There is no check "${name}".${near ? ` Did you mean "${near}"?` : ''}`;
    throw failure('USAGE', { problem, command: 'verify' });
  }
  return names;
};

export const define: DefineCommand = (open) =>
  new Command('verify')
    .description('try everything that is served, and say what works')
    .addOption(
      new Option('-m, --model <ids>', 'only these of the served models, by id, alias or role').argParser(
        several,
      ),
    )
    .addOption(new Option('--only <checks>', 'only these checks').argParser(checkNames))
    .addOption(new Option('--skip <checks>', 'all but these checks').argParser(checkNames))
    .option('--quick', 'leave out the long prompt')
    .option('--full', 'fill the whole window, however long it takes')
    .option('--url <address>', 'another gateway, with the key in LOCALAI_API_KEY')
    .addHelpText(
      'after',
      `
Asks as an editor would, through the gateway and with the key: each model's chat, streams, tool calls, JSON, long prompt,
cancelled and simultaneous requests; keys, web page and metrics. Ends with 1 when a check failed. "Model can't" is no
failure: a model need not call tools by its own choice when it does as it is told. All checks: docs/verify.md.

Examples:
  $ {localai} verify
  $ {localai} verify --quick --model coder
  $ {localai} verify --only chat,stream,tool-forced
  $ {localai} verify --json | jq '.checks[] | select(.status == "failed")'
  $ LOCALAI_API_KEY=… {localai} verify --url http://server:8080`,
    )
    .action(async (_options, command: Command) => run(open(command), command.opts<VerifyOptions>()));

/** Which checks are wanted; one that excuses a model brings along what it excuses it by. */
const selection = ({ only, skip = [] }: VerifyOptions): ((id: string) => boolean) => {
  const chosen = only === undefined ? undefined : withForced(only);
  return (id) => !skip.includes(id) && (chosen === undefined || chosen.has(id));
};

const verify = async (context: Context, options: VerifyOptions): Promise<VerifyReport> => {
  const { system, signal } = context;
  const target = await findGateway(context, options.url, 'verify');
  const wire = openWire(target.url, target.key);
  try {
    const begun = system.clock.monotonic();
    const served = await listModels(wire, signal);
    const models = namedModels(served, options.model ?? []);
    const scene: Scene = {
      ...{ wire, models, signal, loadMs, clock: system.clock },
      keyed: target.key !== undefined,
      longestPrompt: options.full ? 'whole' : 'timely',
    };
    const results = await withProgress(context, wire.url, (progress) =>
      runChecks({ scene, wanted: selection(options), quick: options.quick ?? false, ...progress }),
    );
    const seconds = Math.round(system.clock.monotonic() - begun) / 1000;
    return reportOf(
      wire.url,
      models.map(({ id }) => id),
      results,
      seconds,
    );
  } finally {
    await wire.close();
  }
};

const run = async (context: Context, options: VerifyOptions): Promise<void> => {
  const { output, exit } = context;
  const report = await verify(context, options);
  output.data(report);
  for (const line of reportLines(report, output.paint)) output.print(line);
  exit(report.passed ? exitCodes.ok : exitCodes.failed);
};
