import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRouter, type Routable } from './router.ts';

const coder: Routable = { id: 'Qwen3-Coder', roles: ['coder'], aliases: ['qwen-coder', 'my-*'] };
const general: Routable = {
  id: 'llama',
  roles: ['general'],
  aliases: ['my-chat*'],
  upstreamModel: 'Meta/Llama',
};
const embedder: Routable = { id: 'bge', roles: ['embedding'], aliases: ['text-embedding-*'] };

describe('with a coder, a general and an embedding model', () => {
  const router = createRouter([embedder, coder, general]);
  test.each([
    ['Qwen3-Coder', 'Qwen3-Coder', 'id'],
    ['qwen3-coder', 'Qwen3-Coder', 'id'],
    ['meta/llama', 'llama', 'served name'],
    ['qwen-coder', 'Qwen3-Coder', 'alias qwen-coder'],
    ['my-thing', 'Qwen3-Coder', 'alias my-*'],
    ['my-chat-1', 'llama', 'alias my-chat*'],
    ['coder', 'Qwen3-Coder', 'role coder is coder'],
    ['deepseek-coder-6.7b', 'Qwen3-Coder', 'deepseek-coder* is coder'],
    ['qwen2.5-coder:7b', 'Qwen3-Coder', 'qwen*coder* is coder'],
    ['claude-sonnet-4-5', 'Qwen3-Coder', 'claude-* is coder'],
    ['gpt-4o', 'Qwen3-Coder', 'gpt-* is coder'],
    ['mistral-7b', 'llama', 'mistral* is general'],
    ['qwen-general', 'llama', 'qwen-general* is general'],
    ['autocomplete', 'Qwen3-Coder', 'role autocomplete is autocomplete; no autocomplete model, coder serves'],
    ['never heard of', 'llama', 'unknown model'],
    [undefined, 'llama', 'no model named'],
    ['', 'llama', 'no model named'],
  ])('%s goes to %s', (requested, id, why) => {
    expect(router.route(requested, 'chat')).toMatchObject({ model: { id }, why });
    expect(router.route(requested, 'completion')).toMatchObject({ model: { id }, why });
  });

  test.each([
    [undefined, 'bge'],
    ['text-embedding-3-small', 'bge'],
    ['gpt-4o', 'bge'],
    ['llama', 'llama'],
  ])('an embedding request for %s goes to %s', (requested, id) => {
    expect(router.route(requested, 'embedding').model.id).toBe(id);
  });
});

test('one model serves everything, whatever its roles', () => {
  for (const roles of [[], ['coder'], ['general'], ['embedding']] as const) {
    const only: Routable = { id: 'only', roles, aliases: [] };
    const router = createRouter([only]);
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('chat', 'completion', 'embedding'), (name, kind) => {
        const { model, why } = router.route(name, kind);
        expect(model).toBe(only);
        expect(why).toMatch(/^[\x20-\x7e]+$/);
      }),
    );
  }
});

test('an embedding model answers chat only when there is no other', () => {
  const plain: Routable = { id: 'plain', roles: [], aliases: [] };
  expect(createRouter([embedder, plain]).route('x', 'chat').model).toBe(plain);
});

test('regular-expression characters in an alias are plain text', () => {
  const odd: Routable = { id: 'odd', roles: [], aliases: ['a.b+(*'] };
  const router = createRouter([general, odd]);
  expect(router.route('a.b+(c', 'chat').model).toBe(odd);
  expect(router.route('axbb(c', 'chat').model).toBe(general);
});
