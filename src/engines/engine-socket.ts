import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { EngineName } from '../api/models.ts';
import type { Paths } from '../config/paths.ts';
import { failure } from '../errors.ts';

/** sun_path holds 104 bytes on macOS (108 on Linux), the closing zero among them. */
const socketPathLimit = 103;

/** Where an engine of this machine listens. Throws ENGINE_UNAVAILABLE when the path is too long for a socket. */
export const engineSocket = (paths: Paths, engine: EngineName, modelId: string): string => {
  const hash = createHash('sha256').update(modelId).digest('hex').slice(0, 8);
  const socket = join(paths.runtime, `e-${hash}.sock`);
  if (Buffer.byteLength(socket) <= socketPathLimit) return socket;
  throw failure('ENGINE_UNAVAILABLE', {
    engine,
    problem: `${socket} is too long for a socket; set XDG_RUNTIME_DIR to a shorter folder`,
  });
};
