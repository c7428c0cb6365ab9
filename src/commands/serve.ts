import { join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { GatewayConfig } from '../api/gateway-config.ts';
import { ensureOwnerKey } from '../config/keys.ts';
import type { Context } from '../context.ts';
import { failure } from '../errors.ts';
import { readGatewayFile } from '../stack/gateway-file.ts';
import { holdServer } from '../stack/hold-server.ts';
import { openServerLog, type ServerLog } from '../stack/server-log.ts';
import { createSupervisor, type Supervisor } from '../stack/supervisor/supervisor.ts';
import type { DefineCommand } from './command.ts';
import { readableLine } from './logs/readable-line.ts';

interface ServeOptions {
  readonly config?: string;
  readonly background?: true;
}

/** How long open answers may go on when it is told to stop, ms. */
const graceMs = 5000;

export const define: DefineCommand = (open) =>
  new Command('serve')
    .description('gateway and engines in the foreground, as gateway.yaml says')
    .option('-c, --config <file>', 'another gateway.yaml')
    .addOption(new Option('--background', 'log to files, as `up` starts it').hideHelp())
    .addHelpText(
      'after',
      `
\`{localai} up\` does this for you, in the background. The log goes to stdout, with --json as JSON lines. Ctrl-C lets
open answers end; a second one does not.

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
  const { config, hash } = loaded;
  const held = await holdServer(system, paths);
  try {
    // A key file of its own is somebody else's business.
    if (config.keysFile === paths.keysFile) await ensureOwnerKey(system, paths);
    const log = openServerLog(system, config.logs, options.background ? undefined : foreground(context));
    try {
      await run(context, config, log, (url, port) => {
        const gateway = { host: config.listen.host, port, url };
        return held.announce({ gateway, configHash: hash, version: context.version });
      });
    } finally {
      await log.close();
    }
  } finally {
    await held.release();
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

const run = async (
  context: Context,
  config: GatewayConfig,
  log: ServerLog,
  announce: (url: string, port: number) => Promise<void>,
): Promise<void> => {
  const { system, version, packageFolder, signal } = context;
  const { logger } = log;
  const { startGateway } = await import('../gateway/server.ts');
  const control = supervise(context, config, log);
  try {
    const webUiFolder = join(packageFolder, 'webui-dist');
    const gateway = await startGateway({ config, control, system, version, log: logger, webUiFolder });
    try {
      await control.start();
      await announce(gateway.url, gateway.port);
      logger.info({ url: gateway.url, version, pid: process.pid }, 'serving');
      await aborted(signal);
      logger.info('stopping');
    } finally {
      await gateway.close(graceMs);
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
