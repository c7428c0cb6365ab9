import type { AnswerPiece } from '../answer-parser.ts';
import type { ReasoningStart } from '../reasoning.ts';
import { JsonArguments } from './json-arguments.ts';
import { heldFrom } from './text-pattern.ts';

const message = '<|message|>';
const ends = ['<|end|>', '<|call|>', '<|return|>', '<|start|>'];

/** A header is a few words; what goes on longer is an answer without one. */
const longestHeader = 200;

const headerStart = /^\s*(?:<\||to=|assistant|analysis|commentary|final)/;
const headerStarts = ['<|', 'to=', 'assistant', 'analysis', 'commentary', 'final'];

/** The tool that a message is addressed to; the recipient stands in the role's or the channel's part. */
const recipient = (header: string): string | undefined => /\bto=functions\.([^\s<]+)/.exec(header)?.[1];

type State =
  | { readonly in: 'header' }
  | { readonly in: 'text'; readonly type: 'content' | 'reasoning' }
  | { readonly in: 'call'; readonly reader: JsonArguments };

/**
 * gpt-oss: `<|channel|>analysis<|message|>…<|end|><|start|>assistant<|channel|>final<|message|>…`. Analysis is thinking,
 * a message to `functions.NAME` a call, everything else content.
 */
export class HarmonyParser {
  readonly #names: ReadonlySet<string>;
  #held = '';
  #state: State;
  #index = -1;

  constructor(names: Iterable<string>, at: ReasoningStart['at']) {
    this.#names = new Set(names);
    if (at === 'possible') this.#state = { in: 'header' };
    else this.#state = { in: 'text', type: at === 'open' ? 'reasoning' : 'content' };
  }

  push(text: string): AnswerPiece[] {
    this.#held += text;
    return this.#advance(false);
  }

  end(): AnswerPiece[] {
    const out = this.#advance(true);
    if (this.#state.in === 'call') this.#leaveCall(out);
    return out;
  }

  #advance(final: boolean): AnswerPiece[] {
    const out: AnswerPiece[] = [];
    while (this.#step(final, out));
    return out;
  }

  #step(final: boolean, out: AnswerPiece[]): boolean {
    if (this.#state.in === 'header') return this.#header(final, out);
    return this.#body(this.#state, final, out);
  }

  #header(final: boolean, out: AnswerPiece[]): boolean {
    const at = this.#held.indexOf(message);
    if (at !== -1 && at < longestHeader && headerStart.test(this.#held)) {
      this.#enter(this.#held.slice(0, at), out);
      this.#held = this.#held.slice(at + message.length);
      return true;
    }
    if (!final && this.#mayBeHeader()) return false;
    // A header that was cut short says nothing to anyone.
    if (this.#held === '' || this.#held.trimStart().startsWith('<|')) {
      this.#held = '';
      return false;
    }
    this.#state = { in: 'text', type: 'content' };
    return true;
  }

  #mayBeHeader(): boolean {
    const text = this.#held.trimStart();
    if (text.length >= longestHeader) return false;
    return headerStart.test(text) || headerStarts.some((start) => start.startsWith(text));
  }

  #enter(header: string, out: AnswerPiece[]): void {
    const name = recipient(header);
    if (name !== undefined && this.#names.has(name)) {
      this.#index++;
      out.push({ type: 'tool-start', index: this.#index, name });
      this.#state = { in: 'call', reader: new JsonArguments() };
      return;
    }
    const analysis = name === undefined && /\banalysis\b/.test(header);
    this.#state = { in: 'text', type: analysis ? 'reasoning' : 'content' };
  }

  #body(state: Exclude<State, { in: 'header' }>, final: boolean, out: AnswerPiece[]): boolean {
    const found = firstOf(this.#held, ends);
    const safe = found?.at ?? (final ? this.#held.length : heldFrom(this.#held, ends));
    const text = this.#held.slice(0, safe);
    if (state.in === 'call') this.#giveArguments(state.reader, text, out);
    else if (text !== '') out.push({ type: state.type, text });
    this.#held = this.#held.slice(safe + (found?.end.length ?? 0));
    if (!found) return false;
    if (state.in === 'call') this.#leaveCall(out);
    this.#state = { in: 'header' };
    return true;
  }

  #giveArguments(reader: JsonArguments, text: string, out: AnswerPiece[]): void {
    const { json } = reader.read(text);
    if (json.trim() !== '') out.push({ type: 'tool-arguments', index: this.#index, text: json });
  }

  #leaveCall(out: AnswerPiece[]): void {
    out.push({ type: 'tool-end', index: this.#index });
    this.#state = { in: 'header' };
  }
}

const firstOf = (
  text: string,
  searched: readonly string[],
): { readonly at: number; readonly end: string } | undefined => {
  const places = searched.map((end) => ({ at: text.indexOf(end), end })).filter(({ at }) => at !== -1);
  return places.toSorted((a, b) => a.at - b.at)[0];
};
