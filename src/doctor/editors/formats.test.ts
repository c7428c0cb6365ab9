import { expect, test } from 'vitest';
import {
  parseLooseJson,
  readClaude,
  readCline,
  readCodex,
  readContinue,
  readOpencode,
  readPi,
  readQwen,
  readVsCode,
  readZed,
} from './formats.ts';

const url = 'http://127.0.0.1:8080/v1';

test('JSON as editors write it: comments, commas too many, and neither inside texts', () => {
  expect(parseLooseJson('{ // a\n "a": "x // y, }", /* b */ "b": [1, 2,], }')).toEqual({
    a: 'x // y, }',
    b: [1, 2],
  });
  expect(parseLooseJson('{')).toBeUndefined();
});

test.each([
  [
    'Claude Code',
    readClaude,
    {
      env: {
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_AUTH_TOKEN: 'k',
        ANTHROPIC_MODEL: 'm',
        CLAUDE_CODE_MAX_CONTEXT_TOKENS: '32768',
      },
    },
  ],
  [
    'opencode',
    readOpencode,
    {
      provider: {
        l: { options: { baseURL: url, apiKey: 'k' }, models: { m: { limit: { context: 32768 } } } },
      },
    },
  ],
  [
    'Cline',
    readCline,
    { providers: { x: { settings: { baseUrl: url, apiKey: 'k', model: 'm', contextWindow: 32768 } } } },
  ],
  [
    'VS Code',
    readVsCode,
    [
      {
        vendor: 'customendpoint',
        apiKey: 'k',
        models: [{ id: 'm', url, maxInputTokens: 30000, maxOutputTokens: 2768 }],
      },
    ],
  ],
  [
    'pi',
    readPi,
    { providers: { l: { baseUrl: url, apiKey: 'k', models: [{ id: 'm', contextWindow: 32768 }] } } },
  ],
])('%s', (_name, read, value) => {
  expect(read(JSON.stringify(value))).toEqual([{ url, key: 'k', model: 'm', context: 32_768 }]);
});

test('Codex, in TOML', () => {
  const text = `model = "m"\nmodel_context_window = 32768 # all of it\n\n[model_providers.localai]\nname = "localai"\nbase_url = "${url}"\nenv_key = "LOCALAI_API_KEY"\n`;
  expect(readCodex(text)).toEqual([{ url, key: undefined, model: 'm', context: 32_768 }]);
});

test('Continue, in YAML; Zed and Qwen keep the key elsewhere', () => {
  const yaml = `models:\n  - provider: openai\n    model: m\n    apiBase: ${url}\n    apiKey: \${{ secrets.KEY }}\n    defaultCompletionOptions: { contextLength: 4096 }\n`;
  expect(readContinue(yaml)).toEqual([{ url, key: undefined, model: 'm', context: 4096 }]);
  const zed = {
    language_models: {
      openai_compatible: { l: { api_url: url, available_models: [{ name: 'm', max_tokens: 8192 }] } },
    },
  };
  expect(readZed(JSON.stringify(zed))).toEqual([{ url, key: undefined, model: 'm', context: 8192 }]);
  const qwen = { security: { auth: { baseUrl: url } }, model: { name: 'm' } };
  expect(readQwen(JSON.stringify(qwen))).toEqual([{ url, key: undefined, model: 'm', context: undefined }]);
});

test.each([
  readClaude,
  readCline,
  readCodex,
  readContinue,
  readOpencode,
  readPi,
  readQwen,
  readVsCode,
  readZed,
])('what is no such file says nothing', (read) => {
  for (const text of ['', 'null', '[]', '{}', '{"provider":3,"providers":[1],"models":"x"}', ': :'])
    expect(read(text)).toEqual([]);
});
