import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { realSystem } from '../system/system.ts';
import { setSetting, unsetSetting } from './edit.ts';
import { loadConfig } from './load.ts';
import { nearest } from './nearest.ts';
import { resolvePaths } from './paths.ts';
import type { Settings } from './schema.ts';

let home: string;
let file: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'localai-config-'));
  file = join(home, 'config.yaml');
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const systemWith = (env: Record<string, string> = {}) =>
  realSystem({ HOME: home, LOCALAI_HOME: home, ...env });

const load = (options: { env?: Record<string, string>; flags?: Partial<Settings> } = {}) => {
  const system = systemWith(options.env);
  return loadConfig(system, resolvePaths(system), options.flags ? { flags: options.flags } : {});
};

test('without anything there are the defaults', async () => {
  const { values, origins } = await load();
  expect(values).toMatchObject({ engine: 'auto', 'gateway.port': 8080, model: undefined });
  expect(origins['gateway.port']).toEqual({ from: 'default', where: 'default' });
});

test('later ones win: file, environment, flags; each says where it is from', async () => {
  writeFileSync(file, 'gateway:\n  port: 1111\n  host: 0.0.0.0\nparallel: 2\n');
  const { values, origins } = await load({
    env: { LOCALAI_PARALLEL: '3', LOCALAI_GATEWAY_PORT: '2222', LOCALAI_MODEL: '' },
    flags: { 'gateway.port': 3333, model: undefined } as Partial<Settings>,
  });
  expect(values).toMatchObject({ 'gateway.port': 3333, 'gateway.host': '0.0.0.0', parallel: 3 });
  expect(origins).toMatchObject({
    'gateway.port': { from: 'flag', where: 'the command line' },
    'gateway.host': { from: 'file', where: `${file}:3` },
    parallel: { from: 'environment', where: 'LOCALAI_PARALLEL' },
    model: { from: 'default' },
  });
});

test('keys may be written with dots, and an empty one is not set', async () => {
  writeFileSync(file, 'gateway.port: 1111\nmodel:\n');
  expect((await load()).values).toMatchObject({ 'gateway.port': 1111, model: undefined });
});

test.each([
  [
    'gateway:\n  prt: 1\n',
    'CONFIG_UNKNOWN_KEY',
    /config\.yaml:2: there is no setting "gateway\.prt"/,
    /Did you mean gateway\.port\?/,
  ],
  [
    '# one\n\nparallel: many\n',
    'CONFIG_BAD_VALUE',
    /config\.yaml:3: parallel: .*number/,
    /parallel is requests/,
  ],
  ['gpu: on\n', 'CONFIG_BAD_VALUE', /config\.yaml:1: gpu: .*"auto"\|"off"/, /graphics card/],
  ['a: 1\nb: [1\n', 'CONFIG_SYNTAX', /config\.yaml:\d: not valid YAML/, /mv /],
  ['- model\n', 'CONFIG_SYNTAX', /config\.yaml:1: .*key: value/, /mv /],
  ['schemaVersion: 2\n', 'FILE_TOO_NEW', /config\.yaml was written by a newer localai \(format 2/, /mv /],
])('%j is refused with its place and a hint', async (content, code, message, hint) => {
  writeFileSync(file, content);
  await expect(load()).rejects.toMatchObject({
    code,
    message: expect.stringMatching(message),
    hint: expect.stringMatching(hint),
  });
});

test.each([
  [{ LOCALAI_PARALLEL: 'many' }, 'LOCALAI_PARALLEL: parallel: '],
  [{ LOCALAI_GATEWAY_PORT: '70000' }, 'LOCALAI_GATEWAY_PORT: gateway.port: '],
])('a bad variable names itself: %o', async (env, message) => {
  await expect(load({ env })).rejects.toThrow(message);
});

test('a text that looks like a number stays a text where one is wanted', async () => {
  expect((await load({ env: { LOCALAI_MODEL: '123' } })).values.model).toBe('123');
});

describe('variables of others that look like ours', () => {
  const warnings = async (env: Record<string, string>, repeat = false): Promise<readonly string[]> => {
    const system = systemWith(env);
    const told: string[] = [];
    await loadConfig(system, resolvePaths(system), { warn: (text) => told.push(text), repeat });
    return told;
  };
  const strays = { LOCALAI_GATEWAY_PROT: '1', LOCALAI_F16: 'true' };

  test('only warn, with the one that may have been meant', async () => {
    expect(await warnings(strays)).toEqual([
      'these variables are none of ours and change nothing: LOCALAI_F16, ' +
        'LOCALAI_GATEWAY_PROT (did you mean LOCALAI_GATEWAY_PORT?)',
    ]);
  });

  test('do so once, until they change or one asks', async () => {
    await warnings(strays);
    expect(await warnings(strays)).toEqual([]);
    expect(await warnings(strays, true)).toHaveLength(1);
    expect(await warnings({ ...strays, LOCALAI_F32: '1' })).toHaveLength(1);
  });

  test('are not remembered where there are none', async () => {
    expect(await warnings({ LOCALAI_PARALLEL: '1', LOCALAI_URL: 'http://x' })).toEqual([]);
    expect(existsSync(join(home, 'state', 'state.json'))).toBe(false);
  });

  test.each([
    ['{"schemaVersion":2}', 'FILE_TOO_NEW'],
    ['{"toldVariables":', undefined],
  ])('with %s in state.json: %s', async (content, code) => {
    mkdirSync(join(home, 'state'));
    writeFileSync(join(home, 'state', 'state.json'), content);
    if (code) await expect(warnings(strays)).rejects.toMatchObject({ code });
    else expect(await warnings(strays)).toHaveLength(1);
  });
});

describe('changing config.yaml', () => {
  const set = (key: string, text: string) => {
    const system = systemWith();
    return setSetting(system, resolvePaths(system), key, text);
  };
  const unset = (key: string) => {
    const system = systemWith();
    return unsetSetting(system, resolvePaths(system), key);
  };

  test('a new file says what it is', async () => {
    expect(await set('gateway.port', '9000')).toBe(9000);
    expect(readFileSync(file, 'utf8')).toBe(
      '# Settings of localai; all of them: localai config list\n\nschemaVersion: 1\ngateway:\n  port: 9000\n',
    );
    expect((await load()).values['gateway.port']).toBe(9000);
  });

  test('comments, order and what else is there stay', async () => {
    writeFileSync(file, '# mine\nparallel: 2 # two\n\n# the gateway\ngateway:\n  host: 0.0.0.0 # all\n');
    await set('parallel', '8');
    await set('gateway.port', '9000');
    expect(readFileSync(file, 'utf8')).toBe(
      '# mine\nparallel: 8 # two\n\n# the gateway\ngateway:\n  host: 0.0.0.0 # all\n  port: 9000\n',
    );
  });

  test.each(['gateway:\n', '# only a comment\n', 'gateway.port: 1\n'])('it works on %j', async (content) => {
    writeFileSync(file, content);
    await set('gateway.port', '9000');
    expect((await load()).values['gateway.port']).toBe(9000);
  });

  test('a bad value changes nothing', async () => {
    writeFileSync(file, 'parallel: 2\n');
    await expect(set('parallel', '0')).rejects.toMatchObject({ code: 'CONFIG_BAD_VALUE' });
    await expect(set('paralel', '1')).rejects.toMatchObject({ code: 'CONFIG_UNKNOWN_KEY' });
    expect(readFileSync(file, 'utf8')).toBe('parallel: 2\n');
  });

  test('a value is taken out, with the group that it leaves empty', async () => {
    writeFileSync(file, 'parallel: 2\ngateway:\n  port: 1\n');
    expect(await unset('gateway.port')).toBe(true);
    expect(await unset('gateway.port')).toBe(false);
    expect(readFileSync(file, 'utf8')).toBe('parallel: 2\n');
  });

  test('two at once both win', async () => {
    await Promise.all([set('parallel', '8'), set('gateway.port', '9000'), set('model', 'tiny')]);
    expect((await load()).values).toMatchObject({ parallel: 8, 'gateway.port': 9000, model: 'tiny' });
  });
});

test.each([
  ['gateway.prot', 'gateway.port'],
  ['MODEL', 'model'],
  ['modle', 'model'],
  ['completely-different', undefined],
])('nearest to %s is %s', (word, expected) => {
  expect(nearest(word, ['model', 'gateway.port', 'gateway.host'])).toBe(expected);
});

describe('lists and pairs', () => {
  const hosts = 'gateway.allowedHosts';
  const aliases = 'routing.aliases';

  test.each([
    ['YAML', 'gateway:\n  allowedHosts: [a.lan, "*.b"]\nrouting:\n  aliases:\n    gpt-*: coder\n    x: y\n'],
    ['text', 'gateway.allowedHosts: a.lan, *.b\nrouting:\n  aliases: gpt-*=coder,x=y\n'],
  ])('as %s', async (_form, content) => {
    writeFileSync(file, content);
    const { values } = await load();
    expect(values[hosts]).toEqual(['a.lan', '*.b']);
    expect(values[aliases]).toEqual({ 'gpt-*': 'coder', x: 'y' });
  });

  test('from a variable, and set from the command line into YAML that is read back', async () => {
    const env = { LOCALAI_GATEWAY_ALLOWED_HOSTS: 'c.lan' };
    expect((await load({ env })).values[hosts]).toEqual(['c.lan']);
    const system = systemWith();
    await setSetting(system, resolvePaths(system), hosts, 'a.lan,b.lan');
    await setSetting(system, resolvePaths(system), aliases, 'gpt-*=coder');
    await setSetting(system, resolvePaths(system), aliases, 'm=general');
    expect(readFileSync(file, 'utf8')).toContain('aliases:\n    m: general\n');
    expect((await load()).values).toMatchObject({ [hosts]: ['a.lan', 'b.lan'], [aliases]: { m: 'general' } });
  });

  test.each([
    ['gateway.allowedHosts', 'http://a.lan/'],
    ['gateway.trustedProxies', 'proxy.lan'],
    ['routing.aliases', 'gpt-4'],
    ['routing.aliases', 'a=b=c'],
  ])('%s cannot be %s', async (key, text) => {
    const system = systemWith();
    const setting = setSetting(system, resolvePaths(system), key, text);
    await expect(setting).rejects.toMatchObject({ code: 'CONFIG_BAD_VALUE' });
  });
});
