import { join } from 'node:path';
import { type Logger, pino } from 'pino';
import type { GatewayConfig } from '../api/gateway-config.ts';
import { parseSetting } from '../config/load.ts';
import { variableOf } from '../config/schema.ts';
import type { System } from '../system/system.ts';
import { gatherLines } from './gathered-lines.ts';
import { openLogFile, type Rotation } from './log-file.ts';

const maxBytes = 256 * 1024 * 1024;

/** requirements.md: seven days, ten gigabytes; the file that is written to is one of them. */
const rotation: Rotation = { maxBytes, keepMs: 7 * 24 * 3600 * 1000, keepBytes: 10e9 - maxBytes };

/** How long a reader of stdout that stands still may hold up the end, ms. */
const lastWait = 1000;

export interface ServerLog {
  readonly logger: Logger;
  /** Says as much from now on as another gateway.yaml wants, unless LOCALAI_LOG_LEVEL is set. */
  setLevel(written: GatewayConfig['logs']['level']): void;
  /** Resolves when all lines are where they belong. */
  close(): Promise<void>;
}

/** LOCALAI_LOG_LEVEL, in capitals too, before what the file says. Throws CONFIG_BAD_VALUE. */
const levelOf = (
  { env }: System,
  written: GatewayConfig['logs']['level'],
): GatewayConfig['logs']['level'] => {
  const name = variableOf('log.level');
  const given = env[name]?.toLowerCase();
  return given ? (parseSetting('log.level', given, name) as typeof written) : written;
};

/**
 * The server's log as JSON lines: into gateway.log in the folder of logs, or to `write` when one is given. Throws
 * CONFIG_BAD_VALUE when LOCALAI_LOG_LEVEL is none.
 */
export const openServerLog = (
  system: System,
  logs: GatewayConfig['logs'],
  write: ((lines: readonly string[]) => Promise<void>) | undefined,
): ServerLog => {
  const { files, clock } = system;
  const options = { level: levelOf(system, logs.level), base: null };
  const open = (write: (line: string) => void, close: () => Promise<void>): ServerLog => {
    const logger = pino(options, { write });
    const setLevel: ServerLog['setLevel'] = (written) => {
      logger.level = levelOf(system, written);
    };
    return { logger, setLevel, close };
  };
  if (!write && logs.folder !== undefined) {
    const file = openLogFile(files, clock, join(logs.folder, 'gateway.log'), rotation);
    return open(file.write, file.close);
  }
  const lines = gatherLines(clock, write ?? (async () => {}));
  const close = async (): Promise<void> => {
    const flushed = new AbortController();
    await Promise.race([lines.flush(), clock.sleep(lastWait, flushed.signal).catch(() => {})]);
    flushed.abort();
  };
  return open(lines.add, close);
};
