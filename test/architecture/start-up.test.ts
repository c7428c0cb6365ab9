import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readSources } from './source.ts';

/** What is loaded with a file before any of it runs: its static imports, and theirs. */
const loadedWith = (entry: string): { readonly files: Set<string>; readonly libraries: Set<string> } => {
  const sources = new Map(readSources(join(import.meta.dirname, '../../src')).map((one) => [one.file, one]));
  const files = new Set<string>();
  const libraries = new Set<string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const { target, ours, typeOnly, dynamic } of sources.get(file)?.imports ?? []) {
      if (typeOnly || dynamic) continue;
      if (ours) visit(target);
      else if (!target.startsWith('node:')) libraries.add(target);
    }
  };
  visit(entry);
  return { files, libraries };
};

test('help and version load commander and a few small files, so that they start at once', () => {
  const own = loadedWith('cli.ts');
  const root = loadedWith('commands/program/root-program.ts');
  const line = loadedWith('commands/program/command-line.ts');
  expect([...new Set([...own.libraries, ...root.libraries, ...line.libraries])]).toEqual(['commander']);
  expect([...new Set([...own.files, ...root.files, ...line.files])].sort()).toEqual([
    ...['cli.ts', 'commands/program/command-line.ts', 'commands/program/root-program.ts', 'errors.ts'],
    ...['output/invocation.ts', 'output/wants-color.ts', 'system/package.ts', 'system/stop-signals.ts'],
  ]);
});

test('completion needs no more of ours than the catalogue, so that an old Node can do it', () => {
  const { files, libraries } = loadedWith('commands/completion/suggest.ts');
  expect([...libraries].sort()).toEqual(['@bomb.sh/tab', '@bomb.sh/tab/commander']);
  expect([...files].filter((file) => !/^(commands\/completion|models\/catalog)\//.test(file))).toEqual([]);
});

/** The libraries that a run really loads, told by Node as it resolves them. */
const loadedBy = (...args: string[]): readonly string[] => {
  const hook = String.raw`import { registerHooks } from 'node:module';
    registerHooks({ resolve: (specifier, context, next) => {
      const found = next(specifier, context);
      const library = new RegExp('node_modules/((?:@[^/]+/)?[^/]+)').exec(found.url)?.[1];
      if (library) process.stderr.write('loads ' + library + '\n');
      return found;
    } });`;
  const program = join(import.meta.dirname, '../support/localai.ts');
  const { stderr } = spawnSync(
    process.execPath,
    ['--import', `data:text/javascript,${encodeURIComponent(hook)}`, program, ...args],
    { encoding: 'utf8' },
  );
  return [...new Set([...stderr.matchAll(/^loads (.*)$/gm)].map((match) => match[1] ?? ''))].sort();
};

test.each([
  [[], ['commander']],
  [['--help'], ['commander']],
  [['--version'], ['commander']],
  [
    ['completion', 'bash'],
    ['@bomb.sh/tab', 'commander'],
  ],
])('%j really loads no more than %j', (args, libraries) => {
  expect(loadedBy(...args)).toEqual(libraries);
});
