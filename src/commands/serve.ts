import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { GatewayConfig } from '../api/gateway-config.ts';
import { ensureOwnerKey } from '../config/keys.ts';
import type { Context } from '../context.ts';
import { failure } from '../errors.ts';
import { followFile } from '../stack/followed-file.ts';
import { type LoadedGatewayFile, readGatewayFile } from '../stack/gateway-file.ts';
import { type HeldServer, holdServer } from '../stack/hold-server.ts';
import { needsRestart } from '../stack/needs-restart.ts';
import { openServerLog, type ServerLog } from '../stack/server-log.ts';
import { createSupervisor, type Supervisor } from '../stack/supervisor/supervisor.ts';
import type { DefineCommand } from './command.ts';
import { readableLine } from './logs/readable-line.ts';

interface ServeOptions {
  readonly config?: string;
  readonly background?: true;
}

/** How long open answers may go on when it is told to stop, s. */
const defaultDrainSeconds = 5;

/** How long answers of an engine may go on that gateway.yaml names no longer, ms. Its memory is wanted for the next. */
const swapMs = 60_000;

export const define: DefineCommand = (open) =>
  new Command('serve')
    .description('gateway and engines in the foreground, as gateway.yaml says')
    .option('-c, --config <file>', 'another gateway.yaml')
    .addOption(new Option('--background', 'log to files, as `up` starts it').hideHelp())
    .addHelpText(
      'after',
      `
\`{localai} up\` does this for you, in the background. The log goes to stdout, with --json as JSON lines. Ctrl-C lets
open answers end; a second one does not. A changed gateway.yaml is taken over as it is saved, or at SIGHUP; one with a
mistake is refused, and the one from before stays.

Examples:
  $ {localai} serve
  $ API_KEY=secret {localai} serve --config ./gateway.yaml --json`,
    )
    .action(async (_options, command: Command) => serve(open(command), command.opts<ServeOptions>()));

const serve = async (context: Context, options: ServeOptions): Promise<void> => {
  const { system, paths } = context;
  const file = options.config === undefined ? paths.gatewayFile : resolve(system.cwd, options.config);
  const loaded = await readGatewayFile(system, file);
  if (!loaded) throw failure('GATEWAY_FILE_MISSING', { file });
  // One by hand is on its own: it touches nothing of what `up` set up, and may run beside it.
  const held = file === paths.gatewayFile ? await holdServer(system, paths) : undefined;
  try {
    const { keysFile, logs } = loaded.config;
    // A key file of its own is somebody else's business.
    if (keysFile === paths.keysFile) await ensureOwnerKey(system, paths);
    const toFile = options.background && logs.folder !== undefined;
    const log = openServerLog(system, logs, toFile ? undefined : foreground(context));
    try {
      const hangup = options.background || !context.output.interactive;
      await run({ context, file, loaded, log, held, hangup });
    } finally {
      await log.close();
    }
  } finally {
    await held?.release();
  }
};

/** Whoever reads stdout may be gone; the server goes on until it is told to stop. */
const foreground =
  ({ output }: Context) =>
  (lines: readonly string[]): Promise<void> => {
    const shown = output.options.json ? lines : lines.map((line) => `${readableLine(line.trimEnd())}\n`);
    return output.stream(shown.join(''));
  };

const supervise = ({ system }: Context, config: GatewayConfig, { logger }: ServerLog): Supervisor =>
  createSupervisor({
    system,
    models: config.models,
    stateFolder: config.stateFolder,
    logsFolder: config.logs.folder,
    log: (message, facts) => logger[facts['fault'] ? 'warn' : 'info'](facts, message),
  });

interface RunOptions {
  readonly context: Context;
  /** The gateway.yaml, and what it says. */
  readonly file: string;
  readonly loaded: LoadedGatewayFile;
  readonly log: ServerLog;
  readonly held: HeldServer | undefined;
  /** Whether SIGHUP reads the file again; on a terminal it means that the terminal is gone. */
  readonly hangup: boolean;
}

const run = async ({ context, file, loaded, log, held, hangup }: RunOptions): Promise<void> => {
  const { system, version, packageFolder, signal } = context;
  const { logger } = log;
  const { startGateway } = await import('../gateway/server.ts');
  let { config } = loaded;
  const control = supervise(context, config, log);
  try {
    const followed = followFile({ system, file, loaded, log: logger, take: (next) => take(next) });
    const gateway = await startGateway({
      ...{ config, control, system, version, log: logger, configState: followed.state },
      webUiFolder: join(packageFolder, 'webui-dist'),
    });
    const announce = async (hash: string): Promise<void> => {
      const { host, port, url } = gateway;
      await held?.announce({ gateway: { host, port, url }, configHash: hash, version });
    };
    const take = async (next: LoadedGatewayFile): Promise<void> => {
      await gateway.change(next.config, () => {
        control
          .change(next.config.models, (id) => gateway.drained(id, swapMs))
          .catch((caught: unknown) => logger.error({ err: caught }, 'an engine could not be exchanged'));
      });
      if (next.config.logs.level !== config.logs.level) log.setLevel(next.config.logs.level);
      config = next.config;
      // Where a part of it waits for the next start, `up` has to see that it is not all served yet.
      const isWhole = needsRestart(loaded.config, next.config).length === 0;
      await announce(isWhole ? next.hash : loaded.hash);
    };
    const unwatch = followed.watch();
    const unhang = hangup ? context.onHangup(() => void followed.reload()) : () => {};
    try {
      await control.start(gateway);
      await announce(loaded.hash);
      const { url } = gateway;
      const { socket } = config.listen;
      logger.info({ url, socket, version, pid: process.pid }, 'serving');
      await aborted(signal);
      logger.info('stopping');
    } finally {
      unwatch();
      unhang();
      await gateway.close((config.drainSeconds ?? defaultDrainSeconds) * 1000);
    }
  } finally {
    await control.stop();
    logger.info('stopped');
  }
};

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
