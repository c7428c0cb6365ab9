import { z } from 'zod';
import type { Paths } from '../config/paths.ts';
import type { ProcessIdentity } from '../system/processes.ts';
import type { System } from '../system/system.ts';

const recordFormat = z.object({
  schemaVersion: z.literal(1),
  version: z.string(),
  process: z.object({ pid: z.int(), started: z.string() }),
  gateway: z.object({ host: z.string(), port: z.int(), url: z.string() }),
  configHash: z.string(),
  startedAt: z.number(),
});

/** `stack.json`: the running server, written by `serve` once it listens; all that others need to find it. */
export interface StackRecord {
  readonly schemaVersion: 1;
  /** The version of localai that serves. */
  readonly version: string;
  /** The process of `localai serve`. */
  readonly process: ProcessIdentity;
  readonly gateway: { readonly host: string; readonly port: number; readonly url: string };
  /** Of the gateway.yaml that it serves. */
  readonly configHash: string;
  /** ms since 1970. */
  readonly startedAt: number;
}

/** What the file says, whether its process lives or not; undefined when there is none or it makes no sense. */
const readRecord = async (system: System, paths: Paths): Promise<StackRecord | undefined> => {
  const text = await system.files.readText(paths.stackFile);
  if (text === undefined) return undefined;
  try {
    return recordFormat.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};

/** The record, when there is one and its process still lives; undefined otherwise. */
export const readRunning = async (system: System, paths: Paths): Promise<StackRecord | undefined> => {
  const record = await readRecord(system, paths);
  return record && (await system.processes.isAlive(record.process)) ? record : undefined;
};

export const writeRecord = (system: System, paths: Paths, record: StackRecord): Promise<void> =>
  system.files.writeAtomic(paths.stackFile, `${JSON.stringify(record, undefined, 2)}\n`, 0o600);

/** Removes the record if it is that process'; another's stays. */
export const removeRecord = async (system: System, paths: Paths, owner: ProcessIdentity): Promise<void> => {
  const record = await readRecord(system, paths);
  if (record?.process.pid === owner.pid && record.process.started === owner.started) {
    await system.files.remove(paths.stackFile);
  }
};
