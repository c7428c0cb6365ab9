import type { Role } from './models.ts';
import { wildcard } from './wildcard.ts';

/**
 * Names that clients send out of habit, and the role they mean. A role's own name means that role. The cloud models
 * that coding agents ask for by default go to the coder.
 */
const families: readonly (readonly [pattern: string, role: Role])[] = [
  ['coder', 'coder'],
  ['general', 'general'],
  ['autocomplete', 'autocomplete'],
  ['embedding', 'embedding'],
  ['deepseek-coder*', 'coder'],
  ['qwen*coder*', 'coder'],
  ['claude-*', 'coder'],
  ['gpt-*', 'coder'],
  ['mistral*', 'general'],
  ['qwen-general*', 'general'],
];

const known = families.map(([pattern, means]) => ({
  fits: wildcard(pattern),
  meaning: { means, why: pattern === means ? `role ${means}` : `${pattern} is ${means}` },
}));

/** What a name means by habit, and why; `name` in lower case. Undefined for a name that means nothing to us. */
export const familyOf = (name: string): { readonly means: Role; readonly why: string } | undefined =>
  known.find(({ fits }) => fits(name))?.meaning;
