import type { Reasoning, ReasoningStart } from '../reasoning.ts';
import { heldFrom } from './text-pattern.ts';

/** A stretch of the answer. */
export interface Stretch {
  readonly thinking: boolean;
  readonly text: string;
}

type Tags = Extract<Reasoning, { style: 'tags' }>;

/**
 * Separates thinking between tags from the answer, while it streams. Blank lines at the edges of both go: templates
 * write and cut them themselves.
 */
export class ThinkingSplitter {
  readonly #tags: Tags;
  #held = '';
  #state: 'before' | 'thinking' | 'answer';
  /** Nothing has been given out of the present stretch. */
  #atStart = true;
  #thought: boolean;

  constructor(tags: Tags, at: ReasoningStart['at']) {
    this.#tags = tags;
    this.#state = at === 'open' ? 'thinking' : at === 'possible' ? 'before' : 'answer';
    this.#thought = at === 'open';
  }

  push(text: string): Stretch[] {
    this.#held += text;
    return this.#advance(false);
  }

  end(): Stretch[] {
    return this.#advance(true);
  }

  #advance(final: boolean): Stretch[] {
    const out: Stretch[] = [];
    for (;;) {
      const before = this.#state;
      if (before === 'before') this.#beforeThinking(final);
      else if (before === 'thinking') this.#thinking(final, out);
      else this.#answer(final, out);
      if (this.#state === before) return out;
    }
  }

  #go(state: 'thinking' | 'answer', held: string): void {
    this.#state = state;
    this.#held = held;
    this.#atStart = true;
  }

  #beforeThinking(final: boolean): void {
    const text = this.#held.trimStart();
    const { open, close } = this.#tags;
    if (text.startsWith(open)) {
      this.#thought = true;
      this.#go('thinking', text.slice(open.length));
    } else if (text.startsWith(close)) {
      // Some models say that they do not think by closing at once.
      this.#thought = true;
      this.#go('answer', text.slice(close.length));
    } else if (final || (!open.startsWith(text) && !close.startsWith(text))) this.#go('answer', this.#held);
  }

  #thinking(final: boolean, out: Stretch[]): void {
    const { close } = this.#tags;
    const text = this.#atStart ? this.#held.trimStart() : this.#held;
    const at = text.indexOf(close);
    const safe = at !== -1 ? at : final ? text.length : heldFrom(text, [close]);
    // Blanks before the end tag go, so they wait until it is known what follows.
    const end = final && at === -1 ? safe : text.slice(0, safe).trimEnd().length;
    this.#give(true, text.slice(0, end), out);
    if (at === -1) this.#held = text.slice(end);
    else this.#go('answer', text.slice(at + close.length));
  }

  #answer(final: boolean, out: Stretch[]): void {
    const { answer } = this.#tags;
    let text = this.#held;
    if (this.#atStart && this.#thought) text = text.replace(/^\n+/, '');
    if (answer) {
      if (this.#atStart) {
        const start = text.trimStart();
        if (!final && answer.open.startsWith(start) && start !== answer.open) {
          this.#held = text;
          return;
        }
        if (start.startsWith(answer.open)) text = start.slice(answer.open.length);
      }
      text = text.replaceAll(answer.close, '');
    }
    const end = final || !answer ? text.length : heldFrom(text, [answer.close]);
    this.#give(false, text.slice(0, end), out);
    this.#held = text.slice(end);
  }

  #give(thinking: boolean, text: string, out: Stretch[]): void {
    if (text === '') return;
    this.#atStart = false;
    out.push({ thinking, text });
  }
}
