import type { AnswerPiece } from '../answer-parser.ts';
import type { ChatTool } from '../tool.ts';
import type { ToolSyntax } from '../tool-syntax.ts';
import type { ArgumentsReader } from './arguments-reader.ts';
import { CallLeads, isBare } from './call-lead.ts';
import { JsonArguments } from './json-arguments.ts';
import { LiteralArguments } from './literal-arguments.ts';
import { dialects } from './literal-value.ts';
import { TaggedArgumentsReader } from './tagged-arguments.ts';
import { afterBlanks, matchAt, patternOf, type TextPattern } from './text-pattern.ts';

const argumentsReader = (syntax: ToolSyntax, tool: ChatTool): ArgumentsReader => {
  const style = syntax.arguments;
  if (style === 'json') return new JsonArguments();
  if (typeof style === 'string') return new LiteralArguments(dialects[style]);
  return new TaggedArgumentsReader(style, syntax.callClose, tool.function.parameters);
};

type State = 'content' | 'arguments' | 'closing' | 'after-call';

/** Separates tool calls from content, while the answer streams. */
export class CallSplitter {
  readonly #syntax: ToolSyntax;
  readonly #first: CallLeads;
  readonly #following: CallLeads;
  readonly #bare: boolean;
  readonly #callClose: TextPattern;
  readonly #sectionClose: TextPattern;
  #held = '';
  #state: State = 'content';
  #index = -1;
  #reader: ArgumentsReader | undefined;
  #hasContent = false;

  constructor(syntax: ToolSyntax, tools: readonly ChatTool[]) {
    this.#syntax = syntax;
    this.#first = new CallLeads(syntax, tools, 'first');
    this.#following = new CallLeads(syntax, tools, 'following');
    this.#bare = isBare(syntax);
    this.#callClose = patternOf(syntax.callClose).trim();
    this.#sectionClose = patternOf(syntax.sectionClose).trim();
  }

  push(text: string): AnswerPiece[] {
    this.#held += text;
    return this.#advance(false);
  }

  end(): AnswerPiece[] {
    const out = this.#advance(true);
    if (this.#reader) {
      this.#giveArguments(this.#reader.end(), out);
      this.#endCall(out);
    }
    // Blanks after a call are the template's; after content they may be the content's.
    if (this.#state === 'content' && (this.#hasContent || this.#index === -1))
      this.#giveContent(this.#held, out);
    this.#held = '';
    return out;
  }

  #advance(final: boolean): AnswerPiece[] {
    const out: AnswerPiece[] = [];
    while (this.#step(final, out));
    return out;
  }

  /** True when there may be more to do at once. */
  #step(final: boolean, out: AnswerPiece[]): boolean {
    if (this.#state === 'content') return this.#content(final, out);
    if (this.#state === 'arguments') return this.#arguments(out);
    return this.#state === 'closing' ? this.#closing(final) : this.#afterCall(final, out);
  }

  #content(final: boolean, out: AnswerPiece[]): boolean {
    const text = this.#held;
    for (let at = 0; at < text.length; at++) {
      if (!this.#mayBegin(text, at)) continue;
      const found = this.#first.find(text, at);
      if (found === 'no' || (found === 'more' && final)) continue;
      this.#giveContent(text.slice(0, at).trimEnd(), out);
      if (found === 'more') {
        this.#held = text.slice(text.slice(0, at).trimEnd().length);
        return false;
      }
      this.#beginCall(found.tool, text.slice(found.end), out);
      return true;
    }
    // Blanks wait: before a call they are the template's.
    const end = text.trimEnd().length;
    this.#giveContent(text.slice(0, end), out);
    this.#held = text.slice(end);
    return false;
  }

  #mayBegin(text: string, at: number): boolean {
    if (!this.#first.mayBegin(text.charAt(at))) return false;
    return !this.#bare || (!this.#hasContent && this.#index === -1 && text.slice(0, at).trim() === '');
  }

  #beginCall(tool: ChatTool, rest: string, out: AnswerPiece[]): void {
    this.#index++;
    out.push({ type: 'tool-start', index: this.#index, name: tool.function.name });
    this.#reader = argumentsReader(this.#syntax, tool);
    this.#held = rest;
    this.#state = 'arguments';
  }

  #arguments(out: AnswerPiece[]): boolean {
    const piece = this.#reader?.read(this.#held) ?? { json: '', rest: this.#held };
    this.#giveArguments(piece.json, out);
    this.#held = piece.rest ?? '';
    if (piece.rest === undefined) return false;
    this.#endCall(out);
    this.#state = 'closing';
    return true;
  }

  #endCall(out: AnswerPiece[]): void {
    out.push({ type: 'tool-end', index: this.#index });
    this.#reader = undefined;
  }

  #closing(final: boolean): boolean {
    const end = matchAt(this.#callClose, this.#held, afterBlanks(this.#held, 0));
    if (end === 'more' && !final) return false;
    if (typeof end === 'number') this.#held = this.#held.slice(end);
    this.#hasContent = false;
    this.#state = 'after-call';
    return true;
  }

  /** Another call, the end of the section, or content again. */
  #afterCall(final: boolean, out: AnswerPiece[]): boolean {
    const at = afterBlanks(this.#held, 0);
    const next = this.#following.find(this.#held, at);
    if (typeof next === 'object') {
      this.#beginCall(next.tool, this.#held.slice(next.end), out);
      return true;
    }
    const close = this.#sectionClose === '' ? 'no' : matchAt(this.#sectionClose, this.#held, at);
    if (!final && (next === 'more' || close === 'more' || at === this.#held.length)) return false;
    if (typeof close === 'number') this.#held = this.#held.slice(close);
    this.#state = 'content';
    return true;
  }

  #giveArguments(text: string, out: AnswerPiece[]): void {
    if (text !== '') out.push({ type: 'tool-arguments', index: this.#index, text });
  }

  #giveContent(text: string, out: AnswerPiece[]): void {
    if (text === '') return;
    if (text.trim() !== '') this.#hasContent = true;
    out.push({ type: 'content', text });
  }
}
