import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { runCommand } from '../../test/support/command-line.ts';

let home: string;
let env: Record<string, string>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'localai-key-'));
  env = { HOME: home, LOCALAI_HOME: home };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

test('the key is shown alone on stdout, as a shell variable wants it', async () => {
  const missing = await runCommand(['key', 'show'], { env });
  expect({ code: missing.code, stdout: missing.stdout }).toEqual({ code: 1, stdout: '' });
  expect(missing.stderr).toContain('[KEY_MISSING]');

  const made = await runCommand(['key', 'rotate', '--quiet'], { env });
  expect(made).toMatchObject({ code: 0, stderr: '', stdout: expect.stringMatching(/^lai-[\w-]{43}\n$/) });
  expect(readFileSync(join(home, 'owner.key'), 'utf8')).toBe(made.stdout);
  expect(await runCommand(['key', 'show'], { env })).toEqual({ code: 0, stderr: '', stdout: made.stdout });

  const other = await runCommand(['key', 'rotate'], { env });
  expect(other.stdout).not.toBe(made.stdout);
  expect(other.stderr).toContain('The old key no longer works');
});

test('with --json it says where the key is kept', async () => {
  await runCommand(['key', 'rotate'], { env });
  const { stdout } = await runCommand(['key', 'show', '--json'], { env });
  expect(JSON.parse(stdout)).toEqual({
    key: readFileSync(join(home, 'owner.key'), 'utf8').trim(),
    file: join(home, 'owner.key'),
  });
});
