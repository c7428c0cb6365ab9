import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { LlamacppSpec } from '../../../src/engines/llamacpp/spec.ts';
import { engineLibrary } from '../../support/engine.ts';
import { smokeModel } from '../../support/smoke-model.ts';
import { takeTurns } from '../../support/taking-turns.ts';

const workerFile = join(import.meta.dirname, '../../../src/engines/llamacpp/worker.ts');

/** LOCALAI_TURNS_SECONDS=120 for the long version. */
const seconds = Number(process.env['LOCALAI_TURNS_SECONDS'] ?? 20);

test('the embedded engine: two models in the place of one, asked for in turns', {
  timeout: (seconds + 60) * 1000,
}, async () => {
  const libraryFolder = await engineLibrary();
  const argv = (modelId: string) => (socket: string) => {
    const spec: LlamacppSpec = {
      ...{ libraryFolder, file: smokeModel, modelId, contextTokens: 1024, parallel: 2, threads: 1, cores: 2 },
      ...{ gpu: 'off', memoryBytes: 2e9, tuningFile: `${socket}.threads.json`, socket },
    };
    return [process.execPath, workerFile, JSON.stringify(spec)];
  };
  const residenceSeconds = seconds >= 60 ? 10 : 3;
  const report = await takeTurns({
    models: ['a', 'b'].map((id) => ({ id, argv: argv(id) })),
    ...{ engine: 'llamacpp', residenceSeconds, seconds },
    body: { messages: [{ role: 'user', content: 'What is localai?' }], max_tokens: 40 },
  });
  console.log(
    JSON.stringify({ ...report, positions: report.positions.length, etas: report.etas.slice(0, 12) }),
  );
  expect(report.lost).toEqual([]);
  expect(report.together).toBe(0);
  expect(report.swaps).toBeGreaterThanOrEqual(2);
  for (const gap of report.gaps) expect(gap).toBeGreaterThanOrEqual(residenceSeconds);
  expect(report.etas.length).toBeGreaterThan(0);
});
