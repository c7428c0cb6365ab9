/**
 * What the user typed to start us, for the commands we advise. npm sets `npm_command=exec` for `npx` and `npm exec`,
 * and older ones `npm_lifecycle_event=npx`.
 */
export const detectInvocation = (env: Readonly<Record<string, string | undefined>>): string =>
  env['npm_command'] === 'exec' || env['npm_lifecycle_event'] === 'npx' ? 'npx localai' : 'localai';
