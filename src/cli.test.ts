import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { runCommand, startCommand } from '../test/support/command-line.ts';
import { sendPieces, startGateway } from '../test/support/scripted-gateway.ts';
import { wholeProgram } from '../tools/docs/whole-program.ts';
import { verbs } from './cli.ts';

let home: string;
let env: Record<string, string>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'localai-cli-'));
  env = { HOME: home, LOCALAI_HOME: home };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

describe('help', () => {
  test.each([[[]], [['--help']], [['-h']], [['help']], [['--quiet']]])(
    '%j shows every verb',
    async (args) => {
      const { code, stdout, stderr } = await runCommand(args, { invocation: 'npx localai' });
      expect(code).toBe(0);
      expect(stderr).toBe('');
      for (const { name, summary } of verbs)
        expect(stdout).toMatch(new RegExp(`  ${name} +${summary.slice(0, 20)}`));
      expect(stdout).toContain('$ npx localai up ');
      expect(stdout).not.toContain('{localai}');
    },
  );

  test.each([[['config', '--help']], [['help', 'config']], [['config', '-h', '--json']]])(
    '%j is about one verb',
    async (args) => {
      const { code, stdout } = await runCommand(args, { env });
      expect(code).toBe(0);
      expect(stdout).toMatch(/^Usage: localai config \[options] \[command]\n/);
      expect(stdout).toContain('Global Options:');
    },
  );

  test('a group without a command shows its help on stderr and is wrong use', async () => {
    const { code, stdout, stderr } = await runCommand(['config'], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^Usage: localai config /);
  });

  test('the one-line summaries are the verbs’ own', async () => {
    const { commands } = await wholeProgram();
    expect(commands.map((command) => [command.name(), command.description()])).toEqual(
      verbs.map(({ name, summary }) => [name, summary]),
    );
  });
});

test.each(['--version', '-V'])('%s prints the version alone', async (flag) => {
  const { code, stdout } = await runCommand([flag]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
});

describe('wrong use', () => {
  test.each([
    [
      ['confg'],
      /error: unknown command 'confg'\. \[COMMAND_LINE]\n {2}Did you mean config\? All commands: `localai --help`\.\n/,
    ],
    [['--foo'], /error: unknown option '--foo'\. \[COMMAND_LINE]\n {2}All commands: /],
    [['--jsn', 'config'], /Did you mean --json\?/],
    [
      ['config', 'lst'],
      /unknown command 'lst'\. Did you mean list\? \[USAGE]\n {2}See `localai config --help`\.\n/,
    ],
    [['config', 'list', '--jsno'], /unknown option '--jsno'\. Did you mean --json\? \[USAGE]/],
    [['config', 'get'], /missing required argument 'key'\. \[USAGE]/],
    [['version', 'now'], /too many arguments.*\[USAGE]/],
    [['completion', 'csh'], /'csh' is invalid.*bash, zsh, fish, pwsh\. \[USAGE]/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await runCommand(args, { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(message);
  });

  test('with --json stdout has the error for programs, stderr still has it for people', async () => {
    const { code, stdout, stderr } = await runCommand(['--json', 'config', 'get', 'gateway.prt'], {
      ...{ env, invocation: 'npx localai' },
    });
    expect(code).toBe(10);
    expect(JSON.parse(stdout)).toEqual({
      error: {
        code: 'CONFIG_UNKNOWN_KEY',
        message: 'the command line: there is no setting "gateway.prt".',
        hint: 'Did you mean gateway.port? All settings: `npx localai config list`.',
      },
    });
    expect(stderr).toContain('there is no setting "gateway.prt". [CONFIG_UNKNOWN_KEY]');
  });
});

test.each([[['--json', 'config', 'path']], [['config', '--json', 'path']], [['config', 'path', '--json']]])(
  'a global option stands before or after the verb: %j',
  async (args) => {
    const { code, stdout } = await runCommand(args, { env });
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ path: join(home, 'config.yaml') });
  },
);

describe('stopping', () => {
  /** A command that has begun to read an answer that does not end. */
  const reading = async (url: string) => {
    const command = startCommand(['chat', 'hi', '--url', url], { env });
    await new Promise((resolve) => command.stdout.once('data', resolve));
    return command;
  };

  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
    ['SIGHUP', 143],
  ])('%s ends with %i', async (signal, expected) => {
    await using gateway = await startGateway((response) => sendPieces(response, 'one'));
    const command = await reading(gateway.url);
    command.signals.emit(signal, signal);
    expect((await command.result).code).toBe(expected);
    await gateway.clientLeft;
    expect(command.signals.listenerCount(signal)).toBe(0);
  });

  test('whoever stops reading stdout has enough', async () => {
    await using gateway = await startGateway((response) => sendPieces(response, 'one'));
    const command = await reading(gateway.url);
    command.stdout.destroy(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
    expect(await command.result).toMatchObject({ code: 0, stderr: '' });
    await gateway.clientLeft;
  });

  test('a full disk behind stdout is told', async () => {
    await using gateway = await startGateway((response) => sendPieces(response, 'one'));
    const command = await reading(gateway.url);
    command.stdout.destroy(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }));
    const { code, stderr } = await command.result;
    expect(code).toBe(5);
    expect(stderr).toContain('The disk is full: ENOSPC: no space left [NO_SPACE]');
  });

  test('an exception that nobody caught is our bug, with a way to report it', async () => {
    await using gateway = await startGateway((response) => sendPieces(response, 'one'));
    const command = await reading(gateway.url);
    command.signals.emit('uncaughtException', new Error('boom'));
    const { code, stderr } = await command.result;
    expect(code).toBe(70);
    expect(stderr).toMatch(
      /^error: Something in localai itself went wrong: boom \[BUG]\n {2}Please report it/m,
    );
    expect(stderr).toMatch(/\nError: boom\n {4}at .*cli\.test\.ts/);
  });
});

test('a fault of the file system names the place and what to do', async () => {
  const file = join(home, 'a-file');
  writeFileSync(file, '');
  const { code, stderr } = await runCommand(['config', 'set', 'model', 'x'], {
    env: { HOME: home, LOCALAI_HOME: join(file, 'below') },
  });
  expect(code).toBe(5);
  expect(stderr).toMatch(/error: .*a-file.* cannot be used: ENOTDIR.*\[PATH_UNUSABLE]/);
});
