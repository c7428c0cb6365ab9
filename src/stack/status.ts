import type { Paths } from '../config/paths.ts';
import { isFailure } from '../errors.ts';
import type { System } from '../system/system.ts';
import { readApplied } from './applied.ts';
import { composeStatus } from './compose/stack-status.ts';
import { type LoadedGatewayFile, readGatewayFile } from './gateway-file.ts';
import { type ObservedModel, observeModels } from './observe.ts';
import { decisionLines } from './plan-text.ts';
import { readRunning } from './record.ts';
import { findServer } from './running.ts';

/** How long the gateway and an engine may take to answer, ms: status must not hang with them. */
const answerMs = 1500;

export interface StackStatus {
  /** Null while the server has not got as far as listening. */
  readonly gateway: {
    readonly url: string;
    readonly answers: boolean;
    readonly version: string;
    /** ms since 1970. */
    readonly startedAt: number;
  } | null;
  /** Of the server on the host; null where it is a container. */
  readonly pid: number | null;
  readonly models: readonly ObservedModel[];
  /** What `up` decided and why, a line each. */
  readonly decisions: readonly string[];
}

/** A file that was damaged by hand must not keep `status` from saying what runs. */
const gatewayFile = async (system: System, paths: Paths): Promise<LoadedGatewayFile | undefined> => {
  try {
    return await readGatewayFile(system, paths.gatewayFile);
  } catch (caught) {
    if (isFailure(caught)) return undefined;
    throw caught;
  }
};

/** How the running server is; undefined when none runs. */
export const stackStatus = async (system: System, paths: Paths): Promise<StackStatus | undefined> => {
  const server = await findServer(system, paths);
  if (!server) return composeStatus(system, paths, await readApplied(system, paths), answerMs);
  const [record, file, applied] = await Promise.all([
    readRunning(system, paths),
    gatewayFile(system, paths),
    readApplied(system, paths),
  ]);
  const [answer, models] = await Promise.all([
    record && system.net.local({ url: record.gateway.url }, '/health', answerMs),
    file ? observeModels(system, file.config.models, file.config.stateFolder, answerMs) : [],
  ]);
  const decisions =
    applied && applied.configHash === (record?.configHash ?? file?.hash)
      ? [...decisionLines(applied.plan, applied.served), ...applied.steppedDown]
      : ['It was not started by `{localai} up`, or with another gateway.yaml.'];
  return {
    gateway: record
      ? {
          url: record.gateway.url,
          answers: answer?.status === 200,
          version: record.version,
          startedAt: record.startedAt,
        }
      : null,
    pid: server.pid,
    models,
    decisions,
  };
};
