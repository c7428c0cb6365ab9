import { readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/** What fails in other gateways, by number; each has tests here whose titles begin with it. */
const cases = Array.from({ length: 30 }, (_, at) => at + 1);

/** 28: the streams of /v1/responses, which is not there yet. Of 23 (Anthropic) there is what holds for every route. */
const later = [28];

test('each case has a test', () => {
  const texts = readdirSync(import.meta.dirname).map((name) =>
    readFileSync(`${import.meta.dirname}/${name}`, 'utf8'),
  );
  const titles = texts.flatMap((text) => [...text.matchAll(/['"`]case ((?:\d\d, )*\d\d): /g)]);
  const tested = new Set(titles.flatMap(([, numbers = '']) => numbers.split(', ').map(Number)));
  expect([...tested].sort((a, b) => a - b)).toEqual(cases.filter((number) => !later.includes(number)));
});
