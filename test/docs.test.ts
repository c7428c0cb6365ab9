import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { settingKeys, variableOf } from '../src/config/schema.ts';
import { allChecks } from '../src/doctor/checks/book.ts';
import { errors, exitCodes } from '../src/errors.ts';
import { failureClasses } from '../src/stack/failures/classes/book.ts';
import { killedClasses } from '../src/stack/failures/killed.ts';
import { checkIds } from '../src/verify/check-list.ts';
import { pages } from '../tools/docs/pages.ts';

const read = (name: string): string => readFileSync(join(import.meta.dirname, '../docs', name), 'utf8');

test.each(Object.entries(pages))('docs/%s is what `npm run docs` writes', async (name, make) => {
  expect(read(name)).toBe(await make());
});

const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map((match) => match[1] ?? '');

describe('page and code name the same things, read from the page', () => {
  test('errors.md has each code once, and no other', () => {
    expect(found(read('errors.md'), /^## (\w+)$/gm)).toEqual(Object.keys(errors));
  });

  test('doctor.md has each check once, and no other; what a check refers to is there', () => {
    const ids = allChecks.map(({ id }) => id);
    const page = read('doctor.md');
    expect(found(page, /^### ([\w-]+)$/gm)).toEqual(ids);
    expect(found(page, /]\(#([\w-]+)\)/g).filter((id) => !ids.includes(id))).toEqual([]);
  });

  test('verify.md has each check once, in the order in which they run', () => {
    expect(found(read('verify.md'), /^\| `([\w-]+)` \|/gm)).toEqual(checkIds);
  });

  test('failures.md has each class once, and no other', () => {
    const ids = [...failureClasses, ...killedClasses].map(({ id }) => id);
    expect(found(read('failures.md'), /^### ([\w-]+)$/gm)).toEqual(ids);
  });

  test('exit-codes.md has each number once, and each error once', () => {
    const page = read('exit-codes.md');
    expect(found(page, /^\| (\d+) \|/gm).map(Number)).toEqual(Object.values(exitCodes));
    expect(found(page, /\[(\w+)]\(errors\.md#/g).sort()).toEqual(Object.keys(errors).sort());
  });

  test('configuration.md has each setting and its variable', () => {
    expect(found(read('configuration.md'), /^\| `([\w.]+)` \| `LOCALAI_/gm)).toEqual(settingKeys);
    expect(found(read('configuration.md'), /^\| `[\w.]+` \| `(LOCALAI_\w+)`/gm)).toEqual(
      settingKeys.map(variableOf),
    );
  });
});
