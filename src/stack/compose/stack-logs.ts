import type { Paths } from '../../config/paths.ts';
import { failure } from '../../errors.ts';
import type { System } from '../../system/system.ts';
import { readGatewayFile } from '../gateway-file.ts';
import { serviceOf } from './clean-sheet.ts';
import { compose } from './docker.ts';
import { stackPlaces } from './places.ts';
import type { ComposeRecord } from './record.ts';
import { addressOf } from './stop-stack.ts';

export interface StackLogOptions {
  /** `gateway`, `pull`, `engine`, a service, a model or a role; undefined: all. */
  readonly which: string | undefined;
  /** Lines of each. */
  readonly lines: number;
  readonly follow: boolean;
  /** As Docker takes it: `10m`, `2026-11-25T12:00:00`; undefined: from the start. */
  readonly since: string | undefined;
}

/** One line of one container, with the time at which it was written. */
export interface StackLogLine {
  readonly log: string;
  readonly time: string;
  readonly line: string;
}

/** `vllm-coder-1  | 2026-11-25T14:00:00.000000000Z the line`. */
const form = /^(\S+?)-\d+\s+\| (\S+) ?(.*)$/s;

/** Reads one line as `docker compose logs --timestamps` writes it; undefined for anything else. Pure. */
export const parseStackLogLine = (text: string): StackLogLine | undefined => {
  const [, log, time, line] = form.exec(text) ?? [];
  return log === undefined || time === undefined || line === undefined ? undefined : { log, time, line };
};

const services = async (
  system: System,
  paths: Paths,
  which: string | undefined,
): Promise<readonly string[]> => {
  if (which === undefined) return [];
  const file = await readGatewayFile(system, stackPlaces(paths).gatewayFile).catch(() => undefined);
  const models = file?.config.models ?? [];
  if (which === 'gateway' || which === 'pull') return [which];
  if (which === 'engine') return models.map(serviceOf);
  const found = models.filter(
    (model) => model.id === which || serviceOf(model) === which || model.roles.some((role) => role === which),
  );
  if (found.length > 0) return found.map(serviceOf);
  const names = ['gateway', 'pull', ...models.flatMap((model) => [serviceOf(model), model.id])].join(', ');
  throw failure('USAGE', { problem: `There is no log "${which}"; there are ${names}.`, command: 'logs' });
};

/** Hands on the lines of the containers, in the order of their times as far as Docker keeps it. Throws USAGE and what Docker may say. */
export const readStackLogs = async (
  system: System,
  paths: Paths,
  record: ComposeRecord,
  { which, lines, follow, since }: StackLogOptions,
  onLine: (line: StackLogLine) => void,
  signal: AbortSignal,
): Promise<void> => {
  const chosen = await services(system, paths, which);
  const waiting: StackLogLine[] = [];
  const args = [
    ...['logs', '--no-color', '--timestamps', '--tail', String(lines)],
    ...(follow ? ['--follow'] : []),
    ...(since === undefined ? [] : ['--since', since]),
    ...chosen,
  ];
  try {
    await compose(system, addressOf(record), args, {
      signal,
      onLine: (text, from) => {
        const line = from === 'stdout' ? parseStackLogLine(text) : undefined;
        if (!line) return;
        if (follow) onLine(line);
        else waiting.push(line);
      },
    });
  } catch (caught) {
    // Ctrl-C ends what is followed; that is no fault.
    if (!(follow && signal.aborted)) throw caught;
  }
  // Docker gives them service by service.
  for (const line of waiting.sort((a, b) => a.time.localeCompare(b.time))) onLine(line);
};
