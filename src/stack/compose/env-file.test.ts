import { expect, test } from 'vitest';
import { mergeEnv, parseEnv, renderEnv, renderEnvExample } from './env-file.ts';
import { type StackEnv, variables } from './variables.ts';

const values: StackEnv = {
  LOCALAI_VERSION: '0.1.0-abcdef12',
  LOCALAI_BIND: '127.0.0.1',
  LOCALAI_PORT: '8080',
  LOCALAI_UID: '1000',
  LOCALAI_GID: '1000',
  LOCALAI_KEYS: "/home/ada lovelace/it's",
  LOCALAI_MODELS: '/models/$HOME\\x',
  NODE_IMAGE: 'node:24-slim',
  VLLM_IMAGE: 'vllm/vllm-openai:v0.32.0',
  GATEWAY_MEMORY: '1g',
  HF_ENDPOINT: '',
  HTTP_PROXY: '',
  HTTPS_PROXY: '',
  NO_PROXY: '',
};

test('what is written is read back, whatever is in it', () => {
  expect(Object.fromEntries(parseEnv(renderEnv(values)))).toEqual(values);
});

test('every variable is in the example, with what it is for', () => {
  const example = renderEnvExample();
  for (const { name, about } of variables) expect(example).toContain(`# ${about}\n${name}=`);
});

test('a first file is the plan', () => {
  const { text, kept } = mergeEnv(undefined, undefined, values);
  expect(text).toBe(renderEnv(values));
  expect(kept).toEqual([]);
});

test('what was changed by hand stays and is told; what was not follows the plan', () => {
  const found = renderEnv(values)
    .replace('LOCALAI_PORT=8080', '# my port\nLOCALAI_PORT=9000')
    .concat('MINE=yes\n');
  const next = { ...values, LOCALAI_PORT: '8081', LOCALAI_VERSION: '0.2.0' };
  const merged = mergeEnv(values, found, next);
  expect(merged.kept).toEqual([{ name: 'LOCALAI_PORT', kept: '9000', planned: '8081' }]);
  expect(merged.text).toContain('# my port\nLOCALAI_PORT=9000\n');
  expect(merged.text).toContain('MINE=yes\n');
  expect(merged.values.get('LOCALAI_VERSION')).toBe('0.2.0');
  expect(mergeEnv(next, merged.text, next).text).toBe(merged.text);
});

test('a line that was taken out stays out; a variable of a later version comes in', () => {
  const { HF_ENDPOINT: _later, ...base } = values;
  const found = renderEnv(values)
    .split('\n')
    .filter((line) => !/^(GATEWAY_MEMORY|HF_ENDPOINT)=/.test(line))
    .join('\n');
  const { text } = mergeEnv(base, found, values);
  expect(text).not.toContain('GATEWAY_MEMORY');
  expect(text).toContain('HF_ENDPOINT=\n');
});

test('a file that was not ours keeps all of its values', () => {
  const { values: settled, kept } = mergeEnv(
    undefined,
    'LOCALAI_PORT="7000"\r\nexport NODE_IMAGE=mine:1 # own\r\n',
    values,
  );
  expect(settled.get('LOCALAI_PORT')).toBe('7000');
  expect(settled.get('NODE_IMAGE')).toBe('mine:1');
  expect(kept.map(({ name }) => name)).toEqual(['LOCALAI_PORT', 'NODE_IMAGE']);
});
