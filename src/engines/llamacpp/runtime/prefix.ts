import type { Token } from './runtime.ts';

/** What a place holds and whether it is free. */
export interface SlotView {
  readonly tokens: readonly Token[];
  /** The prompt that is being evaluated there and will soon be in memory; empty when there is none. */
  readonly promised: readonly Token[];
  readonly busy: boolean;
  /** Grows with each use: the smallest is the least recently used. */
  readonly usedAt: number;
}

/** Where a prompt goes. Indices are into the list of slots. */
export interface Placement {
  readonly slot: number;
  /** Leading tokens of that slot that stay; always below the prompt's length: something must be evaluated. */
  readonly keep: number;
  /** Copy this many leading tokens from another slot first, once it has them. */
  readonly copy: { readonly from: number; readonly tokens: number } | undefined;
}

/** Below this a copy is not worth waiting for or clearing a slot for: one prefill chunk. */
const worthCopying = 64;

export const commonPrefix = (a: readonly Token[], b: readonly Token[]): number => {
  const end = Math.min(a.length, b.length);
  let n = 0;
  while (n < end && a[n] === b[n]) n++;
  return n;
};

interface Candidate {
  readonly slot: number;
  readonly common: number;
  readonly view: SlotView;
}

/**
 * Chooses the slot whose content shares most with the prompt. A match below half of the slot's content and half of
 * the prompt counts as none and the least recently used slot is taken instead: a short unrelated request must not wipe
 * a long conversation. Where another slot, free or busy, holds (or is about to hold) clearly more of the prompt, that
 * state is copied. Returns undefined when no slot is free.
 */
export const placePrompt = (
  prompt: readonly Token[],
  slots: readonly SlotView[],
  canCopy: boolean,
): Placement | undefined => {
  const candidates = slots.map(
    (view, slot): Candidate => ({ slot, view, common: commonPrefix(prompt, view.tokens) }),
  );
  const target = chooseTarget(
    prompt,
    candidates.filter((c) => !c.view.busy),
  );
  if (!target) return undefined;
  const keep = Math.min(target.common, prompt.length - 1);
  const copy = canCopy ? chooseSource(prompt, candidates, target.slot, keep) : undefined;
  return { slot: target.slot, keep, copy };
};

const chooseTarget = (prompt: readonly Token[], free: readonly Candidate[]): Candidate | undefined => {
  const best = free.reduce<Candidate | undefined>((a, b) => (a && !isBetter(b, a) ? a : b), undefined);
  if (!best) return undefined;
  const worthIt = best.common >= best.view.tokens.length / 2 || best.common >= prompt.length / 2;
  if (worthIt) return best;
  return free.reduce((a, b) => (b.view.usedAt < a.view.usedAt ? b : a));
};

/** More in common; among equals the one with less to lose, then the least recently used. */
const isBetter = (a: Candidate, b: Candidate): boolean => {
  if (a.common !== b.common) return a.common > b.common;
  if (a.view.tokens.length !== b.view.tokens.length) return a.view.tokens.length < b.view.tokens.length;
  return a.view.usedAt < b.view.usedAt;
};

const chooseSource = (
  prompt: readonly Token[],
  candidates: readonly Candidate[],
  target: number,
  keep: number,
): Placement['copy'] => {
  let best: { from: number; tokens: number } | undefined;
  for (const { slot, common, view } of candidates) {
    if (slot === target) continue;
    const tokens = Math.min(Math.max(common, commonPrefix(prompt, view.promised)), prompt.length - 1);
    if (tokens - keep >= worthCopying && tokens > (best?.tokens ?? 0)) best = { from: slot, tokens };
  }
  return best;
};
