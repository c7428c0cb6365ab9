import { expect, test } from 'vitest';
import { commonPrefix, placePrompt, type SlotView } from './prefix.ts';
import type { Token } from './runtime.ts';

/** `count` tokens that another `seed` shares none of. */
const text = (seed: number, count: number): Token[] =>
  Array.from({ length: count }, (_, i) => seed * 100_000 + i);

const slot = (tokens: readonly Token[], more: Partial<SlotView> = {}): SlotView => ({
  tokens,
  promised: [],
  busy: false,
  age: 0,
  ...more,
});
const free = slot([]);

test('counts what two texts begin with', () => {
  expect(commonPrefix([1, 2, 3], [1, 2, 4])).toBe(2);
  expect(commonPrefix([1, 2], [1, 2, 3])).toBe(2);
  expect(commonPrefix([], [1])).toBe(0);
});

test('a full house has no place', () => {
  expect(placePrompt([1, 2, 3], [slot([], { busy: true })], true)).toBeUndefined();
});

test("a conversation's next turn goes where its last one was", () => {
  const turn = [...text(1, 5000), ...text(2, 100)];
  const placement = placePrompt([...turn, ...text(3, 50)], [free, slot(turn), slot(text(4, 300))], true);
  expect(placement).toEqual({ slot: 1, keep: 5100, copy: undefined, wiped: 0 });
});

test('at least two tokens are evaluated, even of a prompt that is all there', () => {
  const prompt = text(1, 100);
  expect(placePrompt(prompt, [slot(prompt)], false)?.keep).toBe(98);
  expect(placePrompt([7], [slot([7, 8])], false)?.keep).toBe(0);
});

test('a short unrelated request takes the empty slot', () => {
  expect(placePrompt(text(2, 30), [slot(text(1, 20_000)), free], true)?.slot).toBe(1);
});

test('a few tokens in common do not cost a long conversation its place', () => {
  const header = text(9, 20);
  const long = slot([...header, ...text(1, 20_000)]);
  const short = slot([...header, ...text(2, 400)]);
  expect(placePrompt([...header, ...text(3, 500)], [long, short], false)?.slot).toBe(1);
});

test('many short requests do not push a long conversation out, but enough of them do', () => {
  const long = text(1, 20_000);
  let slots = [slot(long), slot(text(2, 500))];
  let requests = 0;
  for (let next = placePrompt(text(3, 500), slots, false); next?.slot === 1; requests++) {
    const { wiped } = next;
    slots = slots.map(({ tokens, age }, i) =>
      i === 1 ? slot(text(4 + requests, 500)) : slot(tokens, { age: age + wiped }),
    );
    next = placePrompt(text(1000 + requests, 500), slots, false);
  }
  expect(requests).toBeGreaterThan(20);
  expect(requests).toBeLessThan(60);
});

test('another branch of a conversation begins with a copy, and the first stays', () => {
  const preamble = text(1, 8000);
  const slots = [slot([...preamble, ...text(2, 4000)]), free];
  const prompt = [...preamble, ...text(3, 200)];
  expect(placePrompt(prompt, slots, true)).toEqual({
    slot: 1,
    keep: 0,
    copy: { from: 0, tokens: 8000 },
    wiped: 0,
  });
  expect(placePrompt(prompt, slots, false)?.slot).toBe(0);
});

test('what another request is about to evaluate is waited for and copied', () => {
  const preamble = text(1, 3000);
  const busy = slot(preamble.slice(0, 64), { busy: true, promised: [...preamble, 5, 6] });
  const placement = placePrompt([...preamble, 7, 8], [busy, free], true);
  expect(placement?.copy).toEqual({ from: 0, tokens: 3000 });
});

test('a copy that saves less than it costs is not made', () => {
  const busy = slot(text(1, 60), { busy: true });
  expect(placePrompt([...text(1, 60), ...text(2, 60)], [busy, free], true)?.copy).toBeUndefined();
});
