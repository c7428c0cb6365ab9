import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { danglingAliases } from '../../api/dangling-aliases.ts';
import { defaultRouting, type GatewayRouting } from '../../api/gateway-config.ts';
import type { Routable } from './names.ts';
import { createRouter } from './router.ts';

type Models = readonly [Routable, ...Routable[]];

const routerOf = (models: Models, routing: Partial<GatewayRouting> = {}) =>
  createRouter(models, { ...defaultRouting, ...routing });

const coder: Routable = { id: 'Qwen3-Coder', roles: ['coder'], aliases: ['qwen-coder', 'my-*'] };
const general: Routable = {
  id: 'llama',
  roles: ['general'],
  aliases: ['my-chat*'],
  upstreamModel: 'Meta/Llama',
};
const embedder: Routable = { id: 'bge', roles: ['embedding'], aliases: ['text-embedding-*'] };

describe('with a coder, a general and an embedding model', () => {
  const router = routerOf([embedder, coder, general]);
  test.each([
    ['Qwen3-Coder', 'Qwen3-Coder', 'id'],
    ['qwen3-coder', 'Qwen3-Coder', 'id'],
    ['meta/llama', 'llama', 'served name'],
    ['qwen-coder', 'Qwen3-Coder', 'alias qwen-coder'],
    ['my-thing', 'Qwen3-Coder', 'alias my-*'],
    ['my-chat-1', 'llama', 'alias my-chat*'],
    ['coder', 'Qwen3-Coder', 'role coder'],
    ['deepseek-coder-6.7b', 'Qwen3-Coder', 'deepseek-coder* is coder'],
    ['qwen2.5-coder:7b', 'Qwen3-Coder', 'qwen*coder* is coder'],
    ['claude-sonnet-4-5', 'Qwen3-Coder', 'claude-* is coder'],
    ['gpt-4o', 'Qwen3-Coder', 'gpt-* is coder'],
    ['mistral-7b', 'llama', 'mistral* is general'],
    ['qwen-general', 'llama', 'qwen-general* is general'],
    ['autocomplete', 'Qwen3-Coder', 'role autocomplete; no autocomplete model, coder serves'],
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
    expect(router.route(requested, 'embedding')?.model.id).toBe(id);
  });
});

test('one model serves everything, whatever its roles', () => {
  for (const roles of [[], ['coder'], ['general'], ['embedding']] as const) {
    const only: Routable = { id: 'only', roles, aliases: [] };
    const router = routerOf([only]);
    fc.assert(
      fc.property(fc.string(), fc.constantFrom('chat', 'completion', 'embedding'), (name, kind) => {
        const { model, why } = router.route(name, kind) ?? {};
        expect(model).toBe(only);
        expect(why).toMatch(/^[\x20-\x7e]+$/);
      }),
    );
  }
});

test('an embedding model answers chat only when there is no other', () => {
  const plain: Routable = { id: 'plain', roles: [], aliases: [] };
  expect(routerOf([embedder, plain]).route('x', 'chat')?.model).toBe(plain);
});

test('regular-expression characters in an alias are plain text', () => {
  const odd: Routable = { id: 'odd', roles: [], aliases: ['a.b+(*'] };
  const router = routerOf([general, odd]);
  expect(router.route('a.b+(c', 'chat')?.model).toBe(odd);
  expect(router.route('axbb(c', 'chat')?.model).toBe(general);
});

describe("the user's own aliases", () => {
  const aliases = {
    'gpt-4*': 'general',
    'gpt-*': 'bge',
    mine: 'LLAMA',
    old: 'deepseek-coder',
    'a*z': 'gone',
  };
  const router = routerOf([coder, general, embedder], { aliases });

  test.each([
    ['gpt-4o', 'llama', 'alias gpt-4* is general'],
    ['GPT-5', 'bge', 'alias gpt-*'],
    ['mine', 'llama', 'alias mine'],
    ['old', 'Qwen3-Coder', 'alias old is coder'],
    ['claude-3', 'Qwen3-Coder', 'claude-* is coder'],
    ['abcz', 'llama', 'unknown model'],
  ])('%s goes to %s', (requested, id, why) => {
    expect(router.route(requested, 'chat')).toMatchObject({ model: { id }, why });
  });

  test('one for something that is not served is named', () => {
    expect(danglingAliases([coder, general, embedder], aliases)).toEqual(['a*z']);
  });

  test("an id wins over an alias, and a model's alias over one of the same words", () => {
    const own = routerOf([coder, general], { aliases: { llama: 'coder', 'QWEN-CODER': 'general' } });
    expect(own.route('llama', 'chat')?.model).toBe(general);
    expect(own.route('qwen-coder', 'chat')?.model).toBe(coder);
  });
});

describe('a strict router', () => {
  const router = routerOf([coder, general, embedder], { strict: true, aliases: { mine: 'coder' } });

  test.each(['Qwen3-Coder', 'meta/llama', 'mine', 'coder', 'mistral', 'my-x', 'text-embedding-3'])(
    'knows %s',
    (name) => {
      expect(router.route(name, 'chat')).toBeDefined();
    },
  );

  test.each(['nobody', undefined, ''])('does not serve %s', (name) => {
    expect(router.route(name, 'chat')).toBeUndefined();
    expect(router.route(name, 'embedding')).toBeUndefined();
  });

  test('takes no habit of chat for embeddings', () => {
    expect(router.route('gpt-4o', 'embedding')).toBeUndefined();
    expect(router.route('embedding', 'embedding')?.model).toBe(embedder);
  });
});

test('a model is found by any name that means it', () => {
  const router = routerOf([coder, general], { aliases: { mine: 'general' } });
  expect(
    ['qwen3-coder', 'my-thing', 'mine', 'coder', 'mistral'].map((name) => router.named(name)?.id),
  ).toEqual([...['Qwen3-Coder', 'Qwen3-Coder', 'llama', 'Qwen3-Coder', 'llama']]);
  expect(router.named('nobody')).toBeUndefined();
  expect(router.names).toEqual(['Qwen3-Coder', 'llama', 'Meta/Llama', 'qwen-coder', 'mine']);
});
