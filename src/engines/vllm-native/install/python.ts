import { failure } from '../../../errors.ts';
import type { System } from '../../../system/system.ts';

/** A program with its first arguments. */
type Program = readonly [name: string, ...args: string[]];

/** How an environment is made and packages are put into it. */
export interface PythonTool {
  readonly name: 'uv' | 'pip';
  /** Makes an environment in a folder. */
  readonly make: (folder: string) => Program;
  /** Installs into the environment of this Python. */
  readonly install: (python: string) => Program;
}

/** Python versions that vLLM 0.32 has wheels for (its Requires-Python), the best tested first. */
const versions = [12, 13, 11, 14] as const;

/** Whether it is one of them and can make environments; Debian keeps the part for that in a package of its own. */
const question = `import sys, venv, ensurepip; sys.exit(0 if sys.version_info[:2] in [${versions.map((minor) => `(3, ${minor})`).join(', ')}] else 3)`;

const answerMs = 20_000;

const uv: PythonTool = {
  name: 'uv',
  make: (folder) => ['uv', 'venv', '--python', '>=3.11,<3.15', '--allow-existing', folder],
  install: (python) => ['uv', 'pip', 'install', '--python', python],
};

const pip = (python: string): PythonTool => ({
  name: 'pip',
  make: (folder) => [python, '-m', 'venv', folder],
  install: (own) => [
    ...([own, '-m', 'pip', 'install', '--no-input', '--disable-pip-version-check'] as const),
    ...(['--progress-bar=off', '--retries=3', '--timeout=30'] as const),
  ],
});

/** Finds uv, else a Python that vLLM runs on and that can make environments. Throws VLLM_INSTALL. */
export const findPython = async (system: System, signal: AbortSignal): Promise<PythonTool> => {
  const ask = (program: string, args: readonly string[]) =>
    system.run(program, args, { timeoutMs: answerMs, signal });
  if ((await ask('uv', ['--version'])).ok) return uv;
  const names = [...versions.map((minor) => `python3.${minor}`), 'python3', 'python'];
  let found: string | undefined;
  for (const name of names) {
    const answer = await ask(name, ['-c', question]);
    signal.throwIfAborted();
    if (answer.ok) return pip(name);
    if (!answer.notFound && answer.exitCode === 1) found ??= name;
  }
  const problem =
    found === undefined
      ? 'there is no Python 3.11 to 3.14, and no uv'
      : `${found} cannot make environments (its venv module is missing)`;
  const fix =
    found === undefined
      ? 'Install one (Debian, Ubuntu: `sudo apt install python3 python3-venv`), or uv.'
      : 'Install it (Debian, Ubuntu: `sudo apt install python3-venv`), then run the same command again.';
  throw failure('VLLM_INSTALL', { problem, fix });
};
