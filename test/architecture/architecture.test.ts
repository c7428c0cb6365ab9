import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { violations } from './rules.ts';
import { readSources } from './source.ts';

test('every file imports only what its folder may', () => {
  const sources = readSources(join(import.meta.dirname, '../../src'));
  expect(sources.length).toBeGreaterThan(50);
  expect(violations(sources)).toEqual([]);
});

describe('a planted violation is found', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'localai-architecture-'));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true }));

  const check = (file: string, text: string): readonly string[] => {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
    return violations(readSources(root));
  };

  test.each([
    [
      'gateway/a.ts',
      "import { x } from '../stack/plan.ts'; x();",
      'gateway/a.ts may not import stack/plan.ts',
    ],
    ['api/a.ts', "export { x } from '../errors.ts';", 'api/a.ts may not import errors.ts'],
    [
      'client/a.ts',
      "import type { P } from '../stack/plan.ts'; export type Q = P;",
      'client/a.ts may not import types of stack/plan.ts',
    ],
    [
      'commands/a.ts',
      "import { b } from './b.ts'; b();",
      'commands/a.ts may not import another command, commands/b.ts',
    ],
    [
      'commands/a.ts',
      "import { s } from '../gateway/server.ts'; s();",
      'commands/a.ts may load gateway/server.ts by import() only',
    ],
    [
      'cli.ts',
      "import { up } from './commands/up.ts'; up();",
      'cli.ts may load commands/up.ts by import() only',
    ],
    [
      'stack/a.ts',
      "import { Command } from 'commander'; new Command();",
      'stack/a.ts may not use commander; it belongs in cli.ts and commands/',
    ],
    [
      'models/a.ts',
      "import { readFile } from 'node:fs/promises'; readFile('x');",
      'models/a.ts may not use node:fs/promises; it belongs in system/',
    ],
    [
      'stack/a.ts',
      "const x = await import('execa'); x;",
      'stack/a.ts may not use execa; it belongs in system/',
    ],
    ['machine/a.ts', 'process.exit(1);', 'machine/a.ts may not end the process; only bin/ does'],
    ['machine/a.ts', "process['exit'](1);", 'machine/a.ts may not end the process; only bin/ does'],
    ['models/a.ts', "console.log('x');", 'models/a.ts may not use console.log'],
    ['helpers/a.ts', 'export const x = 1;', 'helpers/a.ts is in no known folder'],
  ])('%s: %s', (file, text, expected) => {
    expect(check(file, text)).toEqual([expected]);
  });

  test.each([
    ['gateway/a.ts', "import type { System } from '../system/system.ts'; export type X = System;"],
    [
      'engines/a.ts',
      "import type { MachineReport } from '../machine/report.ts'; export type X = MachineReport;",
    ],
    ['commands/a.ts', "export const s = () => import('../gateway/server.ts');"],
    ['output/a.ts', "console.log('x');"],
    ['system/a.ts', "import { readFileSync } from 'node:fs'; readFileSync('x');"],
    ['gateway/a.test.ts', "import { x } from '../stack/plan.ts'; x();"],
  ])('%s may: %s', (file, text) => {
    expect(check(file, text)).toEqual([]);
  });
});
