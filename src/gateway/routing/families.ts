import type { Role } from '../../api/models.ts';

/**
 * Names that clients send out of habit, and the role they mean. A role's own name means that role. The cloud models
 * that coding agents ask for by default go to the coder.
 */
const families: readonly { readonly family: string; readonly matches: RegExp; readonly role: Role }[] = [
  { family: 'role coder', matches: /^coder$/, role: 'coder' },
  { family: 'role general', matches: /^general$/, role: 'general' },
  { family: 'role autocomplete', matches: /^autocomplete$/, role: 'autocomplete' },
  { family: 'deepseek-coder*', matches: /^deepseek-coder/, role: 'coder' },
  { family: 'qwen*coder*', matches: /^qwen.*coder/, role: 'coder' },
  { family: 'claude-*', matches: /^claude-/, role: 'coder' },
  { family: 'gpt-*', matches: /^gpt-/, role: 'coder' },
  { family: 'mistral*', matches: /^mistral/, role: 'general' },
  { family: 'qwen-general*', matches: /^qwen-general/, role: 'general' },
];

/** The role that a model name stands for; `name` in lower case. Undefined for a name that means nothing to us. */
export const familyRole = (name: string): { readonly family: string; readonly role: Role } | undefined =>
  families.find((family) => family.matches.test(name));
