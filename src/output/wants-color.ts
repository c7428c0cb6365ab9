type Env = Readonly<Record<string, string | undefined>>;

/**
 * Whether text for a stream is coloured. `--no-color` wins, then NO_COLOR (no-color.org: any value but the empty
 * one), then FORCE_COLOR, then whether the stream is a terminal that is not `dumb`.
 */
export const wantsColor = (env: Env, isTerminal: boolean, flag: boolean | undefined): boolean => {
  if (flag === false || env['NO_COLOR']) return false;
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined && forced !== '') return forced !== '0' && forced !== 'false';
  return isTerminal && env['TERM'] !== 'dumb';
};
