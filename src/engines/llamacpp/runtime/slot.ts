import type { Job } from './job.ts';
import type { LlamaSequence } from './library.ts';
import { smallestPiece } from './prefill-order.ts';
import type { SlotView } from './prefix.ts';
import type { Token } from './runtime.ts';
import { neverShift } from './sampler-options.ts';

const nothing: readonly Token[] = [];

/** A place where one request at a time is worked on, and whose memory stays for the next one. */
export class Slot {
  readonly sequence: LlamaSequence;
  /** The request that has this place. */
  job: Job | undefined;
  /** What is in memory, token by token; our own copy, since the library makes one at each read of its. */
  readonly tokens: Token[] = [];
  /** What was wiped elsewhere since this slot's last use, in tokens: how far its content has aged. */
  age = 0;
  /** Set when an evaluation failed: what is in memory is not known. */
  isBroken = false;

  constructor(sequence: LlamaSequence) {
    this.sequence = sequence;
  }

  get view(): SlotView {
    const { tokens, age, job } = this;
    return { tokens, age, busy: job !== undefined, promised: job?.prompt ?? nothing };
  }

  /** Gives the place up when its request is over; what is in memory stays. */
  async release(): Promise<void> {
    this.job = undefined;
    if (this.isBroken) await this.clear();
    else await this.checkpoint();
  }

  /** Goes back to the first `keep` tokens, or to fewer where the model cannot go back to any place. */
  async rewind(keep: number): Promise<void> {
    if (keep < this.sequence.nextTokenIndex) {
      // Not told to shift: shifted cells would differ from a clean evaluation.
      await this.sequence.adaptStateToTokens(this.tokens.slice(0, keep), false);
    }
    this.tokens.length = this.sequence.nextTokenIndex;
  }

  /** Takes over the first `count` tokens of another slot in place of what is here. */
  async copyFrom(other: Slot, count: number): Promise<void> {
    const kept = other.tokens.slice(0, count);
    this.tokens.length = 0;
    if (await this.sequence._copyStateFromOtherSequence(other.sequence, count)) {
      for (const token of kept) this.tokens.push(token);
    } else {
      await this.clear();
    }
  }

  async clear(): Promise<void> {
    this.tokens.length = 0;
    this.isBroken = false;
    await this.sequence.clearHistory();
  }

  /**
   * Where a chunk of a prompt ends that would end at `end`. Where the model cannot go back, the last tokens of a
   * prompt are left for the next chunk, so that a checkpoint can be taken before them.
   */
  chunkEnd(end: number, promptLength: number): number {
    const last = promptLength - smallestPiece;
    return this.sequence.needsCheckpoints && end > last && this.tokens.length < last ? last : end;
  }

  /** Evaluates a part of a prompt. */
  async prefill(part: readonly Token[]): Promise<void> {
    await this.sequence.evaluateWithoutGeneratingNewTokens(part, { contextShift: neverShift });
    for (const token of part) this.tokens.push(token);
    if (this.job && this.tokens.length === this.job.prompt.length - smallestPiece) await this.checkpoint();
  }

  /** Marks this state as one to come back to, in models that cannot go back to any place. */
  async checkpoint(): Promise<void> {
    if (this.sequence.needsCheckpoints) await this.sequence.takeCheckpoint();
  }
}
