import { expect, test } from 'vitest';
import { fromLogits } from './log-probabilities.ts';

/** A vocabulary of four tokens and the sum that the library gives. */
const logits = [2, 1, 0, -1];
const weight = logits.reduce((sum, logit) => sum + Math.exp(logit - 2), 0);
const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0);

test('probabilities are those of the whole vocabulary', () => {
  const { logprob, top } = fromLogits([0, 2, 1, 1], weight, 1, 2);
  expect(logprob).toBeCloseTo(Math.log(Math.exp(1) / total), 10);
  expect(top.map(({ token }) => token)).toEqual([0, 1]);
  expect(top[0]?.logprob).toBeCloseTo(Math.log(Math.exp(2) / total), 10);
});

test('a chosen token outside the best is reported, but not among them', () => {
  const { logprob, top } = fromLogits([0, 2, 3, -1], weight, 3, 1);
  expect(logprob).toBeCloseTo(Math.log(Math.exp(-1) / total), 10);
  expect(top.map(({ token }) => token)).toEqual([0]);
});

test('no alternatives asked for, none given', () => {
  expect(fromLogits([0, 2], weight, 0, 0).top).toEqual([]);
});
