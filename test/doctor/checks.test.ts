import { expect, test } from 'vitest';
import { anchorOf } from '../../src/doctor/assess.ts';
import { groups } from '../../src/doctor/check.ts';
import { allChecks, checkBook } from '../../src/doctor/checks/book.ts';
import { repairable } from '../../src/doctor/repairs.ts';

const ids = allChecks.map(({ id }) => id);

test('there are at least 45 checks, each with a name of its own, in every group', () => {
  expect(ids.length).toBeGreaterThanOrEqual(45);
  expect(new Set(ids).size).toBe(ids.length);
  expect(ids.filter((id) => !/^[a-z]+(-[a-z0-9]+)+$/.test(id))).toEqual([]);
  expect(Object.keys(checkBook)).toEqual(Object.keys(groups));
  for (const checks of Object.values(checkBook)) expect(checks.length).toBeGreaterThanOrEqual(1);
});

test('the names are stable interface: one that goes away or changes is a breaking change', async () => {
  await expect(`${ids.join('\n')}\n`).toMatchFileSnapshot('../golden/doctor/ids.txt');
});

test('a check needs only checks that come before it', () => {
  for (const [place, { needs = [] }] of allChecks.entries()) {
    for (const needed of needs) expect(ids.slice(0, place)).toContain(needed);
  }
});

test('what is said is whole sentences, and what is looked at is none', () => {
  for (const { title, meaning, looks } of allChecks) {
    expect(meaning).toMatch(/^\S.*[.:)"]$/s);
    expect(title).toMatch(/[^.]$/);
    expect(looks).toMatch(/[^.]$/);
  }
});

test('each repair belongs to a check, each check has an anchor', () => {
  expect(repairable.filter((id) => !ids.includes(id))).toEqual([]);
  expect(anchorOf('driver-loaded')).toBe('docs/doctor.md#driver-loaded');
});
