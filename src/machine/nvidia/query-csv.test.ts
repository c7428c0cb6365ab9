import { expect, test } from 'vitest';
import { oldFields, parseQuery, queryFields, refusesField } from './query-csv.ts';

const row =
  '0, NVIDIA GeForce RTX 3060, GPU-1, 00000000:01:00.0, 580.95.05, 12288, 300, 11988, 8.6, Disabled, 170.00, 170.00, 12.5, 40, Default, [N/A]';

test('one line a card; what has no value is left out', () => {
  const [card] = parseQuery(`${row}\n`, queryFields);
  expect(card?.values).toMatchObject({
    name: 'NVIDIA GeForce RTX 3060',
    'memory.total': '12288',
    compute_cap: '8.6',
  });
  expect(card?.values).not.toHaveProperty(['mig.mode.current']);
  expect(card?.faults).toEqual([]);
});

test.each(['[N/A]', '[Not Supported]', '[Insufficient Permissions]', 'N/A', '[Unknown]'])(
  '%s is no value',
  (word) => {
    const [card] = parseQuery(row.replace('12288', word), queryFields);
    expect(card?.values['memory.total']).toBeUndefined();
    expect(card?.faults).toEqual([]);
  },
);

test.each(['[ERR!]', 'ERR!', '[Unknown Error]', '[GPU is lost]', '[GPU requires reset]'])(
  '%s is a fault',
  (word) => {
    const [card] = parseQuery(row.replace(', 12.5,', `, ${word},`), queryFields);
    expect(card?.values['power.draw']).toBeUndefined();
    expect(card?.faults).toEqual([`power.draw: ${word}`]);
  },
);

test('warnings, half lines and nothing at all are no cards', () => {
  const text = `WARNING: infoROM is corrupted at gpu 0000:01:00.0\n${row}\n0, NVIDIA\n\n`;
  expect(parseQuery(text, queryFields)).toHaveLength(1);
  expect(parseQuery('', queryFields)).toEqual([]);
});

test('an old driver is asked for less', () => {
  expect(refusesField('Field "compute_cap" is not a valid field to query.')).toBe(true);
  const [card] = parseQuery('0, Tesla K80, GPU-2, 00000000:05:00.0, 470.256.02, 11441, 0, 11441', oldFields);
  expect(card?.values['memory.free']).toBe('11441');
});
