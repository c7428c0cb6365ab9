import { createHash } from 'node:crypto';
import { dirname, resolve } from 'node:path';
import { LineCounter, parseDocument, stringify } from 'yaml';
import type { z } from 'zod';
import {
  type GatewayConfig,
  gatewayConfig,
  gatewaySchemaVersion,
  type ServedModel,
} from '../api/gateway-config.ts';
import { failure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { isLoopback } from './loopback.ts';

const header = `# Written by \`localai up\` and read by \`localai serve\`. It is written anew by the next \`up\`:
# change settings with \`localai config set\` instead.

`;

/** The text of gateway.yaml; the same for the same configuration. */
export const renderGatewayFile = (config: GatewayConfig): string =>
  `${header}${stringify(config, { lineWidth: 0 })}`;

/** Tells one configuration from another. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

export interface LoadedGatewayFile {
  readonly config: GatewayConfig;
  /** Of the text. */
  readonly hash: string;
}

/** The first thing that is wrong, as a key in dots and the problem in words. */
const firstIssue = ({
  issues,
}: z.ZodError): { key: string; problem: string; path: readonly PropertyKey[] } => {
  const [issue] = issues;
  if (!issue) return { key: '', problem: 'not valid', path: [] };
  const unknown = issue.code === 'unrecognized_keys' ? issue.keys[0] : undefined;
  const path = unknown === undefined ? issue.path : [...issue.path, unknown];
  const problem = unknown === undefined ? issue.message : 'there is no such key';
  return { key: path.map(String).join('.') || '(the whole file)', problem, path };
};

/**
 * Who listens for the network is open to the network, unless the file says otherwise: in a container that only this
 * machine can reach. So a file by hand that leaves it out can't open a gateway without a key.
 */
const withExposure = (found: unknown): unknown => {
  const given = found as { exposure?: unknown; listen?: { host?: unknown } } | null;
  const host = given?.listen?.host;
  if (typeof host !== 'string' || given?.exposure !== undefined || isLoopback(host)) return found;
  return { ...given, exposure: 'lan' };
};

/** Checks the text of a gateway.yaml. Throws CONFIG_SYNTAX, GATEWAY_FILE and FILE_TOO_NEW, naming line and key. */
export const parseGatewayFile = (text: string, file: string): LoadedGatewayFile => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [fault] = document.errors;
  if (fault) {
    const problem = fault.message.split('\n')[0] ?? '';
    throw failure('CONFIG_SYNTAX', { file, line: fault.linePos?.[0].line ?? 1, problem }, fault);
  }
  const found: unknown = document.toJS();
  const version = (found as { schemaVersion?: unknown } | null)?.schemaVersion;
  if (typeof version === 'number' && version > gatewaySchemaVersion) {
    throw failure('FILE_TOO_NEW', { file, found: version, known: gatewaySchemaVersion });
  }
  const parsed = gatewayConfig.safeParse(withExposure(found));
  if (parsed.success) return { config: parsed.data, hash: hashOf(text) };
  const { key, problem, path } = firstIssue(parsed.error);
  const node = document.getIn(path, true) as { range?: [number, number, number] } | undefined;
  const place = node?.range ? `${file}:${lines.linePos(node.range[0]).line}` : file;
  throw failure('GATEWAY_FILE', { place, key, problem });
};

/** Paths as they are meant: from the folder that the file lies in. */
const withPaths = (config: GatewayConfig, folder: string): GatewayConfig => {
  const place = <K extends string>(key: K, path: string | undefined): { readonly [P in K]?: string } =>
    (path === undefined ? {} : { [key]: resolve(folder, path) }) as { readonly [P in K]?: string };
  const withModelPaths = (model: ServedModel): ServedModel => {
    const { upstream, upstreamKey } = model;
    return {
      ...model,
      upstream: 'socket' in upstream ? { socket: resolve(folder, upstream.socket) } : upstream,
      ...(upstreamKey && 'file' in upstreamKey
        ? { upstreamKey: { file: resolve(folder, upstreamKey.file) } }
        : {}),
    };
  };
  const { keysFile, stateFolder, listen, logs, models } = config;
  return {
    ...config,
    ...place('keysFile', keysFile),
    ...place('stateFolder', stateFolder),
    listen: { ...listen, ...place('socket', listen.socket) },
    logs: { ...logs, ...place('folder', logs.folder) },
    models: models.map(withModelPaths),
  };
};

/** Reads a gateway.yaml; undefined when there is none. Throws as `parseGatewayFile`. */
export const readGatewayFile = async (
  system: System,
  file: string,
): Promise<LoadedGatewayFile | undefined> => {
  const text = await system.files.readText(file);
  if (text === undefined) return undefined;
  const { config, hash } = parseGatewayFile(text, file);
  return { config: withPaths(config, dirname(file)), hash };
};
