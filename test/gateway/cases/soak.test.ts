import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../../bench/soak.ts', import.meta.url));

interface Report {
  readonly answered: number;
  readonly faults: readonly string[];
}

/** `node bench/soak.ts` does the same for an hour. */
test('case 24: many streams, a fifth of which go wrong in every known way, leave nothing behind', async () => {
  const args = [script, '--minutes', '0.05', '--faulty', '20', '--json'];
  const report = await new Promise<Report>((resolve, reject) => {
    execFile(process.execPath, args, { maxBuffer: 1e8 }, (error, stdout) => {
      if (stdout === '') reject(error ?? new Error('it said nothing'));
      else resolve(JSON.parse(stdout) as Report);
    });
  });
  expect(report.faults).toEqual([]);
  expect(report.answered).toBeGreaterThan(50);
}, 180_000);
