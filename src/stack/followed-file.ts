import type { Logger } from 'pino';
import type { GatewayConfig } from '../api/gateway-config.ts';
import type { ConfigState } from '../api/status.ts';
import { failure, LocalaiError, reason } from '../errors.ts';
import type { System } from '../system/system.ts';
import { watchFile } from '../system/watch-file.ts';
import { type LoadedGatewayFile, readGatewayFile } from './gateway-file.ts';
import { needsRestart } from './needs-restart.ts';

export interface FollowOptions {
  readonly system: System;
  readonly file: string;
  /** What is served now. */
  readonly loaded: LoadedGatewayFile;
  readonly log: Logger;
  /** Serves another gateway.yaml, or throws and leaves all as it was. */
  readonly take: (loaded: LoadedGatewayFile) => Promise<void>;
}

/** A gateway.yaml that is served anew when it changes. */
export interface FollowedFile {
  state(): ConfigState;
  /** Reads it again; also what it names, keys for instance, though it is the same. */
  reload(): Promise<void>;
  /** Takes over changes by itself from now on. Returns the way to stop. */
  watch(): () => void;
}

/** How long a file must be quiet before it is read, ms: `up` writes it and then stops the server that reads it. */
const quietMs = 300;

const problemOf = (caught: unknown): string =>
  caught instanceof LocalaiError
    ? `${caught.message} ${caught.hint}`.replaceAll('{localai}', 'localai')
    : reason(caught);

export const followFile = ({ system, file, loaded, log, take }: FollowOptions): FollowedFile => {
  const started: GatewayConfig = loaded.config;
  let state: ConfigState = {
    hash: loaded.hash,
    loadedAt: system.clock.now(),
    problem: null,
    needsRestart: [],
  };

  const takeOver = async (next: LoadedGatewayFile): Promise<void> => {
    await take(next);
    const waiting = needsRestart(started, next.config);
    state = { hash: next.hash, loadedAt: system.clock.now(), problem: null, needsRestart: waiting };
    log.info({ file, hash: next.hash }, 'the changed gateway.yaml is served');
    if (waiting.length > 0) log.warn({ keys: waiting }, 'these take effect with the next start');
  };

  const read = async (isAsked: boolean): Promise<void> => {
    try {
      const next = await readGatewayFile(system, file);
      if (!next) throw failure('GATEWAY_FILE_MISSING', { file });
      if (isAsked || next.hash !== state.hash) await takeOver(next);
      // Somebody put back what is served.
      else if (state.problem !== null) state = { ...state, problem: null };
    } catch (caught) {
      const problem = problemOf(caught);
      // Told once: watchers call more often than files change.
      if (problem === state.problem && !isAsked) return;
      state = { ...state, problem };
      log.error({ file, problem }, 'the changed gateway.yaml is refused; the one from before stays');
    }
  };

  /** One after the other. */
  let last: Promise<void> = Promise.resolve();
  const readNext = (isAsked: boolean): Promise<void> => {
    last = last.then(() => read(isAsked));
    return last;
  };

  return {
    state: () => state,
    reload: () => readNext(true),
    watch: () => watchFile(system, file, quietMs, () => readNext(false)),
  };
};
