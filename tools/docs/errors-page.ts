import { type ErrorCode, type ErrorKind, errors, exitCodes } from '../../src/errors.ts';

const who: Readonly<Record<ErrorKind, string>> = {
  usage: 'wrong use',
  outside: 'outside failure',
  bug: 'our bug',
};

/** `{name}` as a reader of the page knows it. */
const shown = (text: string): string =>
  text
    .replaceAll('{localai}', 'localai')
    .replace(/\{(\w+)\}/g, '‹$1›')
    .replaceAll('|', '\\|');

const section = (code: ErrorCode): string => {
  const { kind, exit, message, hint, ...rest } = errors[code];
  const http = 'http' in rest ? `, HTTP ${rest.http}` : '';
  return `## ${code}

${shown(message)}

${shown(hint)}

*${who[kind]}, exit code ${exitCodes[exit]}${http}*
`;
};

export const errorsPage = (): string => `# Errors

Every error that localai shows has a code, at the end of its line in square brackets; with \`--json\` it is on stdout as
\`{"error":{"code","message","hint"}}\`. Codes are stable; texts may change. ‹name› stands for what differs from case
to case. Exit codes are explained in [exit-codes.md](exit-codes.md); the reasons behind FAILED_… codes, each with its
remedy, in [failures.md](failures.md).

${(Object.keys(errors) as ErrorCode[]).map(section).join('\n')}`;
