import { type StackEnv, type VariableName, variables } from './variables.ts';

/** `.env` as Compose reads it: `NAME=value` lines, single quotes where a value is not plain. */

const plain = /^[\w./:@,+-]*$/;

const quoted = (value: string): string =>
  plain.test(value) ? value : `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const unquoted = (text: string): string => {
  const value = text.trim();
  const single = /^'(.*)'$/s.exec(value)?.[1];
  if (single !== undefined) return single.replaceAll("\\'", "'").replaceAll('\\\\', '\\');
  const double = /^"(.*)"$/s.exec(value)?.[1];
  if (double !== undefined) return double.replaceAll('\\"', '"').replaceAll('\\\\', '\\');
  return value.replace(/\s+#.*$/, '');
};

const lineOf = /^\s*(?:export\s+)?([A-Za-z_]\w*)\s*=(.*)$/;

/** The values in such a file; the last one of a name counts. */
export const parseEnv = (text: string): ReadonlyMap<string, string> =>
  new Map(
    text.split(/\r?\n/).flatMap((line) => {
      const [, name, value] = lineOf.exec(line) ?? [];
      return name === undefined ? [] : [[name, unquoted(value ?? '')] as const];
    }),
  );

const header = `# The stack's variables; what each is for: .env.example. \`localai up\` writes this file, and keeps what you change in it.
`;

/** A fresh file. */
export const renderEnv = (values: StackEnv): string =>
  `${header}${variables.map(({ name }) => `${name}=${quoted(values[name])}\n`).join('')}`;

/** Every variable with what it is for and a value that harms nobody. */
export const renderEnvExample = (): string =>
  variables.map(({ name, about, example }) => `# ${about}\n${name}=${quoted(example)}\n`).join('\n');

/** A value of the file that differs from the plan's and stays. */
export interface KeptValue {
  readonly name: string;
  readonly kept: string;
  readonly planned: string;
}

export interface MergedEnv {
  readonly text: string;
  /** What Compose will read, after the merge. */
  readonly values: ReadonlyMap<string, string>;
  /** What the user changed, where the plan says something else. */
  readonly kept: readonly KeptValue[];
}

/**
 * Three ways: `base` is what we wrote last, `found` the file as it is now, `next` the plan. A value that is still the
 * one we wrote becomes the plan's; one that was changed by hand stays, and so do the user's own lines and comments. A
 * line that was taken out stays out: then the default in compose.yaml holds. Pure.
 */
export const mergeEnv = (
  base: Readonly<Record<string, string>> | undefined,
  found: string | undefined,
  next: StackEnv,
): MergedEnv => {
  if (found === undefined) {
    const text = renderEnv(next);
    return { text, values: parseEnv(text), kept: [] };
  }
  const now = parseEnv(found);
  const isOurs = (name: VariableName): boolean => now.has(name) && now.get(name) === base?.[name];
  const kept = variables.flatMap(({ name }) => {
    const value = now.get(name);
    return value === undefined || value === next[name] || isOurs(name)
      ? []
      : [{ name, kept: value, planned: next[name] }];
  });
  const lines = found.split(/\r?\n/).map((line) => {
    const name = lineOf.exec(line)?.[1];
    const known = variables.find((one) => one.name === name)?.name;
    return known !== undefined && isOurs(known) ? `${known}=${quoted(next[known])}` : line;
  });
  // New in this version, so that nobody can have taken it out.
  const added = variables.filter(({ name }) => !now.has(name) && base?.[name] === undefined);
  const body = lines.join('\n').replace(/\n*$/, '\n');
  const text = `${body}${added.map(({ name }) => `${name}=${quoted(next[name])}\n`).join('')}`;
  return { text, values: parseEnv(text), kept };
};
