import { expect, test } from 'vitest';
import { architectureOf } from './card.ts';
import { cards, findCard, usableOf } from './cards.ts';
import { vllmOn } from './vllm-support.ts';

test.each([
  ['NVIDIA GeForce RTX 4090', 'RTX 4090'],
  ['NVIDIA GeForce RTX 4090 Laptop GPU', 'RTX 4090 Laptop'],
  ['NVIDIA GeForce RTX 3090', 'RTX 3090'],
  ['NVIDIA GeForce RTX 3060 Ti', 'RTX 3060 Ti'],
  ['NVIDIA GeForce RTX 4060 Ti', 'RTX 4060 Ti'],
  ['NVIDIA GeForce GTX 1080', 'GTX 1080'],
  ['NVIDIA H100 80GB HBM3', 'H100'],
  ['NVIDIA A100-SXM4-40GB', 'A100 40GB'],
  ['NVIDIA A100-SXM4-80GB', 'A100 80GB'],
  ['Tesla T4', 'T4'],
  ['NVIDIA L40S', 'L40S'],
  ['NVIDIA L4', 'L4'],
  ['NVIDIA GB10', 'DGX Spark'],
  ['NVIDIA RTX PRO 6000 Blackwell Workstation Edition', 'RTX PRO 6000'],
  ['NVIDIA RTX A6000', 'RTX A6000'],
  ['NVIDIA RTX 6000 Ada Generation', 'RTX 6000 Ada'],
  ['NVIDIA GeForce RTX 5090 D v2', 'RTX 5090 D v2'],
  ['rtx4090', 'RTX 4090'],
  ['3090', 'RTX 3090'],
  ['4060 ti 16gb', 'RTX 4060 Ti 16GB'],
  ['RTX 3080 12GB', 'RTX 3080 12GB'],
  ['h100', 'H100'],
])('%s is a %s', (name, kind) => expect(findCard(name)?.name).toBe(kind));

test('a name that is none is none', () => {
  expect(findCard('Radeon RX 7900 XTX')).toBeUndefined();
  expect(findCard('4099')).toBeUndefined();
});

test('the table is sound: each kind is found by its own name, gives less than its box says, and tells its source', () => {
  for (const card of cards) {
    expect([card.name, findCard(card.name)?.name]).toEqual([card.name, card.name]);
    expect(card.usableGib).toBeLessThanOrEqual(card.boxGib);
    expect(card.usableGib).toBeGreaterThan(card.boxGib * 0.9 - 1);
    expect(card.sure === 'memory' || card.source !== undefined).toBe(true);
  }
});

test('an unknown card of a known size gives what a known one does', () => {
  expect(usableOf(24)).toBeGreaterThan(22);
  expect(usableOf(24)).toBeLessThan(24);
  expect(usableOf(18)).toBeCloseTo(17.6, 1);
});

test('which image runs where', () => {
  expect(vllmOn(8.9, 580)).toMatchObject({ runs: true, half: false, image: { cuda: '13.0' } });
  expect(vllmOn(7.5, 550)).toMatchObject({
    runs: true,
    half: true,
    image: { cuda: '12.9', confirmed: false },
  });
  expect(vllmOn(8.6, 470)).toEqual({ runs: false, reason: 'driver-too-old', driver: 525 });
  expect(vllmOn(6.1, 580)).toMatchObject({ runs: false, reason: 'card-too-old' });
  expect(vllmOn(9, undefined)).toMatchObject({ runs: true });
});

test.each([
  [12, 'Blackwell'],
  [9, 'Hopper'],
  [8.9, 'Ada'],
  [8.6, 'Ampere'],
  [7.5, 'Turing'],
  [7, 'Volta'],
  [6.1, 'Pascal'],
  [5.2, 'Maxwell'],
])('capability %s is %s', (capability, name) => expect(architectureOf(capability)).toBe(name));
