import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { json, type Script, startUpstream } from '../../test/fakes/upstream.ts';
import { runCommand } from '../../test/support/command-line.ts';
import { smokeModel } from '../../test/support/smoke-model.ts';

let home: string;
let env: Record<string, string | undefined>;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'localai-elsewhere-'));
  env = { PATH: home, HOME: home, LOCALAI_HOME: home, XDG_RUNTIME_DIR: home };
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

/** What `up` would do. */
const plan = async (...args: readonly string[]) => {
  const { code, stdout, stderr } = await runCommand(['up', '-n', '--json', ...args], { env });
  return { code, stderr, plan: code === 0 ? JSON.parse(stdout).plan : undefined };
};

describe('a server elsewhere', () => {
  const models: Script = (call) =>
    call.headers.authorization === 'Bearer k'
      ? json({
          data: [
            { id: 'llama3:8b', owned_by: 'library' },
            { id: 'qwen2.5-coder:7b', owned_by: 'library' },
          ],
        })(call)
      : json({ error: 'Unauthorized' }, 401)(call);

  const at = async (...args: readonly string[]) => {
    await using server = await startUpstream(models);
    const url = 'url' in server.endpoint ? server.endpoint.url : '';
    return { url, ...(await plan('--engine', 'remote', '--url', `${url}/v1`, ...args)) };
  };

  test('all that it has is planned under its own names, and the plan says what it is', async () => {
    env['LOCALAI_REMOTE_KEY_VARIABLE'] = 'OTHER';
    env['OTHER'] = 'k';
    const { plan: found, url } = await at();
    expect(found.servings.map((one: { models: { id: string }[] }) => one.models[0]?.id)).toEqual([
      'llama3:8b',
      'qwen2.5-coder:7b',
    ]);
    expect(found.servings[0].engine).toEqual({ name: 'remote', why: `Ollama at ${url}, 2 models` });
    expect(JSON.stringify(found)).not.toContain('"k"');
  });

  test('or those that are asked for; another is refused by name', async () => {
    writeFileSync(join(home, 'other.key'), 'k\n');
    env['LOCALAI_REMOTE_KEY_FILE'] = join(home, 'other.key');
    const { plan: found } = await at('--model', 'qwen2.5-coder:7b');
    expect(found.servings).toHaveLength(1);
    const wrong = await at('--model', 'gpt-5');
    expect(wrong).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('has no "gpt-5"; it has llama3:8b'),
    });
  });

  test('a key that it asks for, or no address, is said', async () => {
    expect(await at()).toMatchObject({ code: 7, stderr: expect.stringContaining('set remote.keyFile') });
    const nowhere = await plan('--engine', 'remote');
    expect(nowhere).toMatchObject({ code: 7, stderr: expect.stringContaining('give --url') });
  });
});

describe("llama.cpp's own server", () => {
  const install = (path: string, help: string): void => {
    writeFileSync(
      path,
      `#!/bin/sh\n[ "$1" = --version ] && echo 'version: 7123 (abc)' >&2 || echo '${help}'\n`,
    );
    chmodSync(path, 0o755);
  };
  const help = '--jinja --parallel --ctx-size --alias --metrics';

  test('on PATH it is taken before the embedded engine', async () => {
    install(join(home, 'llama-server'), help);
    const { plan: found } = await plan('--model', smokeModel);
    expect(found.servings[0].engine).toMatchObject({
      ...{ name: 'llama-server', why: expect.stringContaining(`${home}/llama-server, build 7123`) },
    });
    expect(found.servings[0].budget.contextTokens).toBe(8192);
    const asked = await plan('--model', smokeModel, '--engine', 'llamacpp');
    expect(asked.plan.servings[0].engine.name).toBe('llamacpp');
  });

  test('the setting names another one; one that is too old is passed over, or refused when it was asked for', async () => {
    const old = join(home, 'old-server');
    install(old, '--ctx-size');
    env['LOCALAI_LLAMA_SERVER_PATH'] = old;
    const { plan: found } = await plan('--model', smokeModel);
    expect(found.servings[0].engine.name).toBe('llamacpp');
    expect(found.notes.join()).toContain(`llama-server is not used: ${old}: it knows no --jinja`);
    const asked = await plan('--model', smokeModel, '--engine', 'llama-server');
    expect(asked).toMatchObject({ code: 7, stderr: expect.stringContaining('it knows no --jinja') });
  });
});
