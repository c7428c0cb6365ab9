import type { PromptSegment } from './render-chat.ts';

/** Private characters, one of which stands for what must stay text while the template is rendered. */
const candidates = Array.from({ length: 16 }, (_, i) => String.fromCharCode(0xf8e0 + i));

/** Names and ids steer the template; they are no texts of the chat. */
const steering = new Set(['role', 'type', 'id', 'tool_call_id']);

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');

/**
 * Takes control tokens' texts out of what goes into a template and puts them back into what comes out, as stretches
 * that are no control tokens. `controlTexts`: longest first.
 */
export class ControlTexts {
  readonly #mark: string;
  readonly #pattern: RegExp | undefined;
  readonly #kept: string[] = [];

  /** `input`: all that will be hidden in; the mark must not be in it. */
  constructor(controlTexts: readonly string[], input: unknown) {
    const all = JSON.stringify(input) ?? '';
    this.#mark = candidates.find((candidate) => !all.includes(candidate)) ?? '\uf8ff';
    const present = controlTexts.filter(
      (text) => text !== '' && all.includes(JSON.stringify(text).slice(1, -1)),
    );
    if (present.length > 0) this.#pattern = new RegExp(present.map(escaped).join('|'), 'g');
  }

  /** A copy in which marks stand for control texts. */
  hide<T>(value: T): T {
    return this.#pattern ? (this.#hideIn(value, this.#pattern) as T) : value;
  }

  #hideIn(value: unknown, pattern: RegExp): unknown {
    if (typeof value === 'string') return value.replace(pattern, (found) => this.#keep(found));
    if (Array.isArray(value)) return value.map((one) => this.#hideIn(one, pattern));
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, steering.has(key) ? one : this.#hideIn(one, pattern)]),
    );
  }

  #keep(text: string): string {
    this.#kept.push(text);
    return `${this.#mark}${this.#kept.length - 1}${this.#mark}`;
  }

  /** The rendered text in stretches. */
  segments(rendered: string): readonly PromptSegment[] {
    const parts = rendered.split(new RegExp(`${this.#mark}(\\d+)${this.#mark}`));
    return parts
      .map(
        (part, i): PromptSegment =>
          i % 2 === 0
            ? { text: part, special: true }
            : { text: this.#kept[Number(part)] ?? '', special: false },
      )
      .filter(({ text }) => text !== '');
  }
}
