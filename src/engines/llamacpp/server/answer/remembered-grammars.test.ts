import { expect, test } from 'vitest';
import { genericSyntax } from '../../tools/generic-syntax.ts';
import { rememberedAutoGrammar } from './remembered-grammars.ts';

const toolsNamed = (name: string) => [
  { type: 'function' as const, function: { name, parameters: { type: 'object', properties: {} } } },
];

test('the same tools, sent again, have the same grammar; others have their own', () => {
  const first = rememberedAutoGrammar(genericSyntax, toolsNamed('read'), { parallel: true });
  expect(rememberedAutoGrammar(genericSyntax, toolsNamed('read'), { parallel: true })).toBe(first);
  expect(rememberedAutoGrammar(genericSyntax, toolsNamed('write'), { parallel: true })).not.toBe(first);
  expect(rememberedAutoGrammar(genericSyntax, toolsNamed('read'), { parallel: false })).not.toBe(first);
});

test('what nobody asked for lately is forgotten', () => {
  const first = rememberedAutoGrammar(genericSyntax, toolsNamed('old'), { parallel: true });
  for (let i = 0; i < 8; i++)
    rememberedAutoGrammar(genericSyntax, toolsNamed(`tool${i}`), { parallel: true });
  expect(rememberedAutoGrammar(genericSyntax, toolsNamed('old'), { parallel: true })).not.toBe(first);
});
