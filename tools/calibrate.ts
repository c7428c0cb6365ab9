import { readFileSync } from 'node:fs';
import { judge } from './calibrate/judge.ts';
import { readStartUps } from './calibrate/start-up.ts';
import { summarise } from './calibrate/summary.ts';

/** `npm run --silent calibrate -- FILE`: how well the memory arithmetic predicts the start-ups in a file, as JSON. */
const [file] = process.argv.slice(2);
if (file === undefined) {
  console.error('Give a file of start-ups: npm run --silent calibrate -- FILE');
  process.exitCode = 2;
} else {
  const { models, cases } = readStartUps(JSON.parse(readFileSync(file, 'utf8')));
  console.log(JSON.stringify(summarise(cases.map((row) => judge(row, models))), undefined, 2));
}
