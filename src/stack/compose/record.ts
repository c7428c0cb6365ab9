import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import type { Paths } from '../../config/paths.ts';
import type { System } from '../../system/system.ts';

const format = z.object({
  schemaVersion: z.literal(1),
  version: z.string(),
  project: z.string(),
  folder: z.string(),
  gateway: z.object({ host: z.string(), port: z.int(), url: z.string() }),
  configHash: z.string(),
  startedAt: z.number(),
});

/** `compose.json`: the Compose stack that `up` started and `down` has not ended; all that others need to find it. */
export type ComposeRecord = Readonly<z.infer<typeof format>>;

const fileOf = (paths: Paths): string => join(paths.state, 'compose.json');

/** What was started; undefined when nothing was, or nothing that makes sense. Whether it lives is Docker's to say. */
export const readComposeRecord = async (system: System, paths: Paths): Promise<ComposeRecord | undefined> => {
  const text = await system.files.readText(fileOf(paths));
  if (text === undefined) return undefined;
  try {
    return format.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
};

export const writeComposeRecord = (system: System, paths: Paths, record: ComposeRecord): Promise<void> =>
  system.files.writeAtomic(fileOf(paths), `${JSON.stringify(record, undefined, 2)}\n`, 0o600);

export const removeComposeRecord = (system: System, paths: Paths): Promise<void> =>
  system.files.remove(fileOf(paths));

/** The stack's name in Docker: each home has one of its own, so that two users of a machine don't meet. */
export const projectOf = ({ stack }: Pick<Paths, 'stack'>): string =>
  `localai-${createHash('sha256').update(stack).digest('hex').slice(0, 8)}`;

/** Whether the gateway's port is held, by which a record is taken for true without asking Docker. */
export const seemsUp = async (system: System, { gateway }: ComposeRecord): Promise<boolean> =>
  !(await system.net.isFree(gateway.host, gateway.port));
