import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import type { GatewayConfig } from '../api/gateway-config.ts';
import type { System } from '../system/system.ts';
import { openLogFile, type Rotation } from './log-file.ts';

/** requirements.md: seven days, ten gigabytes. */
const rotation: Rotation = {
  maxBytes: 256 * 1024 * 1024,
  keepMs: 7 * 24 * 3600 * 1000,
  keepBytes: 10e9,
};

export interface ServerLog {
  readonly logger: Logger;
  /** Resolves when all lines are where they belong. */
  close(): Promise<void>;
}

/** The server's log as JSON lines: into gateway.log, or to `write` when one is given. */
export const openServerLog = (
  { files, clock }: System,
  { folder, level }: GatewayConfig['logs'],
  write: ((line: string) => void) | undefined,
): ServerLog => {
  const options = { level, base: null };
  if (write) return { logger: pino(options, { write }), close: async () => {} };
  const file = openLogFile(files, clock, join(folder, 'gateway.log'), rotation);
  return { logger: pino(options, { write: file.write }), close: file.close };
};
