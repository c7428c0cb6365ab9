import { smallestPiece } from './prefill-order.ts';
import type { Token } from './runtime.ts';

/** What a place holds and whether it is free. */
export interface SlotView {
  readonly tokens: readonly Token[];
  /** The prompt that is being evaluated there and will soon be in memory; empty when there is none. */
  readonly promised: readonly Token[];
  readonly busy: boolean;
  /** What was wiped in other slots since this one was last used, in tokens. */
  readonly age: number;
}

/** Where a prompt goes. Indices are into the list of slots. */
export interface Placement {
  readonly slot: number;
  /** Leading tokens of that slot that stay; always below the prompt's length: the rest is evaluated. */
  readonly keep: number;
  /** Copy this many leading tokens from another slot first, once it has them. */
  readonly copy: { readonly from: number; readonly tokens: number } | undefined;
  /** What the slot's wiped content was still worth, in tokens. */
  readonly wiped: number;
}

/** What a copy may cost, in tokens that could be evaluated in the same time: one prefill chunk. */
const copyCost = 64;

export const commonPrefix = (a: readonly Token[], b: readonly Token[]): number => {
  const end = Math.min(a.length, b.length);
  let n = 0;
  while (n < end && a[n] === b[n]) n++;
  return n;
};

/**
 * What a slot's content is still worth: the tokens that it would take to evaluate it again, less what has been wiped
 * elsewhere since it was last used. So many short requests do not push out one long conversation, yet it does not
 * stay for ever (the GreedyDual rule of web caches).
 */
const worth = ({ tokens, age }: SlotView): number => Math.max(0, tokens.length - age);

interface Candidate extends Placement {
  /** Tokens that have to be evaluated for the prompt or, perhaps, once more for what is wiped. */
  readonly cost: number;
}

/** The chance that wiped content is asked for again: nobody knows, so even. */
const askedAgain = 0.5;

/**
 * Chooses the free slot that costs the fewest tokens: those left to evaluate now and those wiped that may have to be
 * evaluated again. So a slot that shares much with the prompt is taken as it is, or copied where that would destroy
 * another branch of it, and one that shares little is left alone. Returns undefined when no slot is free.
 */
export const placePrompt = (
  prompt: readonly Token[],
  slots: readonly SlotView[],
  canCopy: boolean,
): Placement | undefined => {
  const most = Math.max(0, prompt.length - smallestPiece);
  const common = slots.map(({ tokens }) => Math.min(most, commonPrefix(prompt, tokens)));
  const source = canCopy ? longestSource(prompt, slots, common, most) : undefined;
  let best: Candidate | undefined;
  for (const [slot, view] of slots.entries()) {
    if (view.busy) continue;
    const candidate = consider(slot, view, common[slot] ?? 0, prompt.length, source);
    if (!best || candidate.cost < best.cost) best = candidate;
  }
  if (!best) return undefined;
  const { slot, keep, copy, wiped } = best;
  return { slot, keep, copy, wiped };
};

const consider = (
  slot: number,
  view: SlotView,
  common: number,
  length: number,
  source: Placement['copy'],
): Candidate => {
  const total = view.tokens.length;
  const value = worth(view);
  const wiped = total === 0 ? 0 : (value * (total - common)) / total;
  const costInPlace = length - common + wiped * askedAgain;
  const kept: Candidate = { slot, keep: common, copy: undefined, wiped, cost: costInPlace };
  if (!source || source.from === slot) return kept;
  const cost = length - source.tokens + copyCost + value * askedAgain;
  return cost < kept.cost ? { slot, keep: 0, copy: source, wiped: value, cost } : kept;
};

/** The slot that has, or will soon have, most of the prompt. */
const longestSource = (
  prompt: readonly Token[],
  slots: readonly SlotView[],
  common: readonly number[],
  most: number,
): Placement['copy'] => {
  let best: { from: number; tokens: number } | undefined;
  for (const [from, { promised }] of slots.entries()) {
    const soon = Math.min(most, commonPrefix(prompt, promised));
    const tokens = Math.max(common[from] ?? 0, soon);
    if (tokens > (best?.tokens ?? 0)) best = { from, tokens };
  }
  return best;
};
