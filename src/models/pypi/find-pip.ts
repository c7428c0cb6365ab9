import { failure } from '../../errors.ts';
import type { System } from '../../system/system.ts';

/** A program with its first arguments. */
type Program = readonly [name: string, ...args: string[]];

/** How this machine runs pip, and a Python to unpack with. */
export interface PipTool {
  readonly pip: Program;
  readonly python: Program;
}

const candidates: readonly PipTool[] = [
  { pip: ['python3', '-m', 'pip'], python: ['python3'] },
  { pip: ['python', '-m', 'pip'], python: ['python'] },
  { pip: ['pip3'], python: ['python3'] },
  { pip: ['pip'], python: ['python'] },
  {
    pip: ['uv', 'run', '--no-project', '--with', 'pip', 'python', '-m', 'pip'],
    python: ['uv', 'run', '--no-project', 'python'],
  },
];

/** `uv` may have to fetch pip first. */
const versionTimeoutMs = 60_000;

/** Finds the machine's pip. `what` is what it is needed for. Throws PIP_MISSING. */
export const findPip = async (system: System, what: string, signal: AbortSignal): Promise<PipTool> => {
  for (const tool of candidates) {
    const [program, ...args] = tool.pip;
    const result = await system.run(program, [...args, '--version'], { timeoutMs: versionTimeoutMs, signal });
    signal.throwIfAborted();
    if (result.ok) return tool;
  }
  throw failure('PIP_MISSING', { what });
};
