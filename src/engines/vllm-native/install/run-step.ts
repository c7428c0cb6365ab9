import { failure } from '../../../errors.ts';
import type { RunResult } from '../../../system/run.ts';
import type { System } from '../../../system/system.ts';

export interface StepOptions {
  readonly signal: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  readonly onLine?: (line: string) => void;
}

const advice: readonly (readonly [RegExp, string, string])[] = [
  [
    /No space left on device/i,
    'the disk is full',
    'Free some, or put everything of localai onto another disk with LOCALAI_HOME; then run the same command again.',
  ],
  [
    /connection broken by|Could not connect|ConnectTimeout|Temporary failure in name resolution|dns error|client error \(Connect\)/i,
    'the Python package registry cannot be reached',
    'Check the network and pip’s settings (`pip config list`; mirrors: PIP_INDEX_URL, with uv UV_DEFAULT_INDEX), then run the same command again: it goes on where it stopped.',
  ],
];

const reasonOf = ({
  stdout,
  stderr,
  exitCode,
}: RunResult): { readonly problem: string; readonly fix: string } => {
  const lines = `${stdout}\n${stderr}`
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const known = advice.find(([pattern]) => lines.some((line) => pattern.test(line)));
  if (known) return { problem: known[1], fix: known[2] };
  const said = lines.findLast((line) => /^(ERROR|error|Error|× )/.test(line)) ?? lines.at(-1);
  return {
    problem: (said ?? `it ended with code ${exitCode}`).replace(/^(ERROR|error|Error):\s*/, '').slice(0, 300),
    fix: 'Run the same command again: it goes on where it stopped.',
  };
};

/** Runs one step of an installation to its end; returns what it said on stdout. Throws VLLM_INSTALL. */
export const runStep = async (
  system: System,
  [program = '', ...args]: readonly string[],
  { signal, env = {}, onLine }: StepOptions,
): Promise<string> => {
  const result = await system.run(program, args, { signal, env, ...(onLine ? { onLine } : {}) });
  signal.throwIfAborted();
  if (!result.ok) throw failure('VLLM_INSTALL', reasonOf(result));
  return result.stdout;
};
