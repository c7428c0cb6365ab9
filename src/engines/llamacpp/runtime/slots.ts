import type { Job } from './job.ts';
import { commonPrefix, placePrompt } from './prefix.ts';
import type { Slot } from './slot.ts';

/** All places. Its methods change the state of sequences: only between steps. */
export class Slots {
  readonly #slots: readonly Slot[];
  /** Where a model cannot go back to any place, a copy cannot be cut to what is shared. */
  readonly #canCopy: boolean;

  constructor(slots: readonly Slot[]) {
    this.#slots = slots;
    this.#canCopy = !slots.some(({ sequence }) => sequence.needsCheckpoints);
  }

  get count(): number {
    return this.#slots.length;
  }

  /** Tokens in memory. */
  get tokens(): number {
    return this.#slots.reduce((sum, { tokens }) => sum + tokens.length, 0);
  }

  /** Gives the request a place. False when the house is full. */
  assign(job: Job): boolean {
    if (this.#slots.every((slot) => slot.job)) return false;
    const views = this.#slots.map(({ view }) => view);
    const placement = placePrompt(job.prompt, views, this.#canCopy);
    const slot = placement && this.#slots[placement.slot];
    if (!slot) return false;
    for (const other of this.#slots) other.age += placement.wiped;
    slot.age = 0;
    slot.job = job;
    job.slot = slot;
    job.keep = placement.keep;
    const { copy } = placement;
    const source = copy && this.#slots[copy.from];
    if (source) job.awaited = { slot: source, job: source.job, tokens: copy.tokens };
    return true;
  }

  /** Wipes from the request's place what is not of its prompt. */
  async prepare({ slot, keep }: Job): Promise<void> {
    await slot?.rewind(keep);
  }

  /** Copies what the request waits for, as soon as it is there or no more will come. */
  async copyAwaited(job: Job): Promise<void> {
    const { awaited, slot } = job;
    if (!awaited || !slot) return;
    const { slot: source, job: bringer, tokens } = awaited;
    const there = Math.min(tokens, commonPrefix(job.prompt, source.tokens));
    const mayGrow = bringer !== undefined && source.job === bringer && !bringer.isSettled;
    if (there < tokens && mayGrow) return;
    job.awaited = undefined;
    await slot.copyFrom(source, there);
  }
}
