import { expect, test } from 'vitest';
import { bandOf } from './band-of.ts';

const facts = (maxTokens?: number) => ({ model: 'm', stream: false, maxTokens, changes: undefined });

test.each([
  ['a chat', 'chat', undefined, undefined, undefined, 'chat'],
  ['a completion that says nothing', 'completion', undefined, undefined, undefined, 'autocomplete'],
  ['a long completion', 'completion', 2000, undefined, undefined, 'chat'],
  ['as the header says', 'chat', undefined, 'batch', undefined, 'batch'],
  ['not as a wrong header says', 'chat', undefined, 'first', undefined, 'chat'],
  ["as the key's", 'completion', undefined, undefined, 'batch', 'batch'],
  ['also more urgent than it looks', 'chat', undefined, undefined, 'autocomplete', 'autocomplete'],
  ['less, when the header says so', 'chat', undefined, 'batch', 'chat', 'batch'],
  ["never more than the key's", 'chat', undefined, 'autocomplete', 'batch', 'batch'],
] as const)('%s', (_what, kind, maxTokens, header, ofKey, band) => {
  expect(bandOf({ 'x-localai-priority': header }, kind, facts(maxTokens), ofKey)).toBe(band);
});
