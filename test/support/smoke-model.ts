import { fileURLToPath } from 'node:url';

/** The model that lives in the repository (docs/smoke-model.md): loads in a blink and needs no download. */
export const smokeModel: string = fileURLToPath(
  new URL('../../src/models/smoke/localai-smoke.gguf', import.meta.url),
);
