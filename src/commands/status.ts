import { Command } from 'commander';
import type { Context } from '../context.ts';
import { errors, exitCodes } from '../errors.ts';
import { bytes } from '../models/quantities.ts';
import type { ObservedModel } from '../stack/observe.ts';
import { type StackStatus, stackStatus } from '../stack/status.ts';
import type { DefineCommand } from './command.ts';

export const define: DefineCommand = (open) =>
  new Command('status')
    .description('what runs, and how well')
    .addHelpText('after', '\nEnds with 3 when nothing runs.')
    .action(async (_options, command: Command) => show(open(command)));

const show = async (context: Context): Promise<void> => {
  const { system, paths, output, exit } = context;
  const status = await stackStatus(system, paths);
  if (!status) {
    output.data({ running: false, gateway: null, models: [], decisions: [] });
    output.print(`${errors.NOT_RUNNING.message} ${errors.NOT_RUNNING.hint}`);
    exit(exitCodes.notRunning);
    return;
  }
  output.data({ running: true, ...status });
  output.print(gatewayLine(status, context));
  output.print('');
  output.table(status.models, columns, 'No models: gateway.yaml cannot be read.');
  for (const { id, fault, notes } of status.models) {
    if (fault) output.print(`${id}: ${fault.message}\n  ${fault.hint}`);
    for (const note of notes) output.print(`${id}: ${note}`);
  }
  output.print('');
  for (const line of status.decisions) output.print(line);
};

const gatewayLine = ({ gateway, pid }: StackStatus, { output }: Context): string => {
  if (!gateway) return `The server (process ${pid}) is starting.`;
  const { green, red, bold } = output.paint;
  const health = gateway.answers ? green('answers') : red('does not answer');
  const since = new Date(gateway.startedAt).toLocaleString();
  const where = pid === null ? 'in containers' : `process ${pid}`;
  return `${bold(gateway.url)} ${health}, ${where}, localai ${gateway.version}, since ${since}`;
};

const orDash = <T>(value: T | null, words: (value: T) => string): string =>
  value === null ? '-' : words(value);

const columns = [
  { title: 'MODEL', value: ({ id }: ObservedModel) => id },
  { title: 'STATE', value: ({ state, phase }: ObservedModel) => (phase ? `${state}: ${phase}` : state) },
  { title: 'ROLES', value: ({ roles }: ObservedModel) => roles.join(', ') },
  {
    title: 'ENGINE',
    value: ({ engine, backend }: ObservedModel) => (backend ? `${engine} on ${backend}` : engine),
  },
  {
    title: 'CONTEXT',
    value: ({ context, parallel }: ObservedModel) =>
      orDash(context, (tokens) => (parallel ? `${tokens} x ${parallel}` : String(tokens))),
    align: 'right' as const,
  },
  {
    title: 'TOKENS/S',
    value: ({ tokensPerSecond }: ObservedModel) => orDash(tokensPerSecond, (speed) => speed.toFixed(1)),
    align: 'right' as const,
  },
  {
    title: 'THREADS',
    value: ({ threads }: ObservedModel) => orDash(threads, ({ decode, prefill }) => `${decode}/${prefill}`),
    align: 'right' as const,
  },
  {
    title: 'MEMORY',
    value: ({ memoryBytes }: ObservedModel) => orDash(memoryBytes, bytes),
    align: 'right' as const,
  },
];
