import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalog } from '../models/catalog/catalog.ts';

const names = catalog.map(({ name }) => name);

let folder: string;
let env: Record<string, string | undefined>;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'localai-completion-'));
  const program = join(import.meta.dirname, '../../test/support/localai.ts');
  writeFileSync(join(folder, 'localai'), `#!/bin/sh\nexec "${process.execPath}" "${program}" "$@"\n`);
  chmodSync(join(folder, 'localai'), 0o755);
  writeFileSync(join(folder, 'model.gguf'), '');
  env = { ...process.env, PATH: `${folder}:${process.env['PATH']}`, HOME: folder, LOCALAI_HOME: folder };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const localai = (...args: string[]): string =>
  execFileSync(join(folder, 'localai'), args, { encoding: 'utf8', env });

const has = (shell: string): boolean => spawnSync(shell, ['-c', 'exit 0']).status === 0;

/** What bash would offer after this line: its variables as it sets them, then our function. */
const inBash = (line: string): readonly string[] => {
  const script = `${localai('completion', 'bash')}
COMP_LINE=$1 COMP_POINT=\${#1}
_localai_completion
printf '%s\\n' "\${COMPREPLY[@]}"`;
  const printed = execFileSync('bash', ['--norc', '-c', script, 'bash', line], { encoding: 'utf8', env });
  return printed.split('\n').filter((candidate) => candidate !== '');
};

describe('bash', () => {
  test.each([
    ['localai conf', ['config']],
    ['localai config ', ['list', 'get', 'set', 'unset', 'path']],
    ['localai --json config un', ['unset']],
    ['localai completion --js', ['--json']],
    ['localai completion ', ['bash', 'zsh', 'fish', 'pwsh']],
    ['localai nonsense ', []],
    ['localai up --model Qwen3-4', names.filter((name) => name.startsWith('Qwen3-4'))],
  ])('%j', (line, expected) => {
    expect(inBash(line)).toEqual(expected);
  });

  test('is switched on for localai, with file names where nothing else fits', () => {
    const script = `eval "$(localai completion bash)"; complete -p localai`;
    const printed = execFileSync('bash', ['--norc', '-c', script], { encoding: 'utf8', env });
    expect(printed).toBe('complete -o default -F _localai_completion localai\n');
  });
});

const fish = 'fish';

test.runIf(has(fish))('fish completes', () => {
  const script = 'localai completion fish | source; complete -C "localai config un"';
  const printed = execFileSync(fish, ['--no-config', '-c', script], { encoding: 'utf8', env });
  expect(printed).toMatch(/^unset\t/);
});

test.each([
  ['zsh', /^#compdef localai\n/],
  ['fish', /complete -c localai/],
  ['pwsh', /Register-ArgumentCompleter -CommandName 'localai'/],
])('the script for %s asks localai', (shell, mark) => {
  const script = localai('completion', shell);
  expect(script).toMatch(mark);
  expect(script).toMatch(/localai complete '?--/);
});
