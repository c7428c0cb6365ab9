import { join } from 'node:path';
import { expect, test } from 'vitest';
import { takeTurns } from '../support/taking-turns.ts';

const program = join(import.meta.dirname, '../fakes/engine.mjs');

test('two clients and two models, of which one fits: no request is lost, and each model stays its time', async () => {
  const argv = (socket: string) => [process.execPath, program, socket, 'ready'];
  const residenceSeconds = 1.5;
  const report = await takeTurns({
    models: [
      { id: 'a', argv },
      { id: 'b', argv },
    ],
    ...{ engine: 'llamacpp', residenceSeconds, seconds: 8, body: { messages: [] } },
  });
  expect(report.lost).toEqual([]);
  expect(report.together).toBe(0);
  expect(report.swaps).toBeGreaterThanOrEqual(3);
  expect(report.answered['a']).toBeGreaterThan(0);
  expect(report.answered['b']).toBeGreaterThan(0);
  for (const gap of report.gaps) expect(gap).toBeGreaterThanOrEqual(residenceSeconds);
  expect(report.positions.length).toBeGreaterThan(1);
  expect(report.positions.every((position) => position === 1)).toBe(true);
  expect(report.etas.length).toBeGreaterThan(0);
});
