export const logLevels = ['debug', 'info', 'warn', 'error'] as const;

/** Body and answer of `PUT /api/log-level`, answer of `GET`. */
export interface LogLevelSetting {
  readonly level: (typeof logLevels)[number];
}
