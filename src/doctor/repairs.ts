import { setSetting } from '../config/edit.ts';
import type { Paths } from '../config/paths.ts';
import { failure } from '../errors.ts';
import { factOf } from '../machine/known.ts';
import type { System } from '../system/system.ts';
import type { Assessed } from './check.ts';
import type { DoctorFacts } from './facts.ts';

/** Something that `--fix` may do: safe, and with a way back. */
export interface Repair {
  /** Of the check that it repairs. */
  readonly check: string;
  /** What will be done, as a command. */
  readonly what: string;
  /** How to take it back. */
  readonly undo: string;
  readonly run: () => Promise<void>;
}

interface Tools {
  readonly system: System;
  readonly paths: Paths;
  readonly facts: DoctorFacts;
}

/** A command with root's rights; without a terminal sudo must not ask for a password. */
const command =
  ({ system }: Tools, argv: readonly [string, ...string[]]) =>
  async (): Promise<void> => {
    const root = system.user?.uid === 0;
    const [program, ...args] = root ? argv : (['sudo', ...argv] as const);
    const result = await system.run(program, args, { timeoutMs: 60_000 });
    if (result.ok) return;
    const problem = result.notFound ? `there is no ${program}` : (result.stderr.trim().split('\n')[0] ?? '');
    throw failure('COMMAND_FAILED', {
      ...{ command: argv.join(' '), how: result.exitCode ?? result.signal ?? 'not run', problem },
    });
  };

const chmods = ({ system, facts }: Tools, check: string): readonly Repair[] =>
  (facts.local?.keyFiles ?? [])
    .filter(({ mode }) => mode !== null && (mode & 0o077) !== 0)
    .map(({ path, mode }) => ({
      check,
      what: `chmod 600 "${path}"`,
      undo: `chmod ${(mode ?? 0).toString(8)} "${path}"`,
      run: () => system.files.chmod(path, 0o600),
    }));

const movePort = ({ system, paths, facts }: Tools, check: string): readonly Repair[] => {
  const port = facts.local && factOf(facts.local.port);
  if (port?.state !== 'taken' || port.next === 0) return [];
  return [
    {
      check,
      what: `{localai} config set gateway.port ${port.next}`,
      undo: '{localai} config unset gateway.port',
      run: async () => {
        await setSetting(system, paths, 'gateway.port', String(port.next));
      },
    },
  ];
};

const one = (
  check: string,
  tools: Tools,
  argv: readonly [string, ...string[]],
  undo: string,
): readonly Repair[] => [{ check, what: argv.join(' '), undo, run: command(tools, argv) }];

/** What can be repaired without a person, by check. Everything else is left to the person and the command shown. */
const repairs: Readonly<Record<string, (tools: Tools, check: string) => readonly Repair[]>> = {
  'security-key-files': chmods,
  'port-gateway': movePort,
  'docker-daemon': (tools, check) =>
    tools.facts.machine.system.systemd
      ? one(check, tools, ['systemctl', 'start', 'docker'], 'sudo systemctl stop docker')
      : [],
  'docker-boot': (tools, check) =>
    one(check, tools, ['systemctl', 'enable', 'docker'], 'sudo systemctl disable docker'),
  'driver-uvm': (tools, check) =>
    factOf(tools.facts.machine.nvidia.modules)?.includes('nvidia_uvm')
      ? []
      : one(check, tools, ['modprobe', 'nvidia_uvm'], 'sudo rmmod nvidia_uvm'),
  'driver-loaded': (tools, check) => one(check, tools, ['modprobe', 'nvidia'], 'sudo rmmod nvidia'),
  // Only where there is none: an existing one may have been written by hand.
  'toolkit-cdi': (tools, check) =>
    tools.facts.machine.toolkit.cdi.length > 0
      ? []
      : one(
          check,
          tools,
          ['nvidia-ctk', 'cdi', 'generate', '--output=/etc/cdi/nvidia.yaml'],
          'sudo rm /etc/cdi/nvidia.yaml',
        ),
};

/** Checks that `--fix` can do something about. */
export const repairable: readonly string[] = Object.keys(repairs);

/** What `--fix` would do about these results. */
export const repairsFor = (results: readonly Assessed[], tools: Tools): readonly Repair[] =>
  results
    .filter(({ status }) => status === 'fail' || status === 'warn')
    .flatMap(({ id }) => repairs[id]?.(tools, id) ?? []);
