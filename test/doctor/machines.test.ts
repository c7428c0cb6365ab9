import { describe, expect, test } from 'vitest';
import { summaryLines } from '../../src/commands/doctor/summary.ts';
import { assessAll } from '../../src/doctor/assess.ts';
import { checkBook } from '../../src/doctor/checks/book.ts';
import { probeMachine } from '../../src/machine/probe-machine.ts';
import { createPaint } from '../../src/output/colors.ts';
import { fixtureNames, readFixture, recordedMachine } from '../support/recorded-machine.ts';

const reportOf = (name: string) => {
  const { system, host } = recordedMachine(readFixture(name));
  return probeMachine(system, host);
};

test('there are enough of them', () => expect(fixtureNames.length).toBeGreaterThanOrEqual(12));

describe.each(fixtureNames)('%s', (name) => {
  test('the report', async () => {
    const text = `${JSON.stringify(await reportOf(name), undefined, 2)}\n`;
    await expect(text).toMatchFileSnapshot(`../golden/machines/${name}.json`);
  });

  test('what doctor says of it', async () => {
    const machine = await reportOf(name);
    const results = assessAll(checkBook, { machine, local: undefined });
    const look = { paint: createPaint(false), columns: 100, verbose: false };
    const ofMachine = results.filter(({ evidence }) => evidence[0] !== 'the report holds only the machine');
    const states = ofMachine.map(
      ({ id, status, idle }) => `${id}: ${idle && status === 'not-checked' ? 'not needed' : status}`,
    );
    const text = [
      readFixture(name).about,
      '',
      ...summaryLines(machine, ofMachine, look),
      '',
      ...states,
      '',
    ].join('\n');
    await expect(text).toMatchFileSnapshot(`../golden/doctor/${name}.txt`);
  });
});
