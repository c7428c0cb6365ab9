import { allowedTypes, argumentSchema, rawToJson } from '../argument-types.ts';
import { type TaggedArguments, theKey } from '../tool-syntax.ts';
import type { ArgumentsPiece, ArgumentsReader } from './arguments-reader.ts';
import { firstMatch, matchAt, patternOf, type TextPattern } from './text-pattern.ts';

interface KeyEnd {
  readonly pattern: TextPattern;
  /** The key's end says that a string follows, or that none does; undefined: it says nothing. */
  readonly isString: boolean | undefined;
  /** A line break that belongs to the tag, before the value. */
  readonly lineBreak: boolean;
}

const keyEndsOf = ({ afterKey }: TaggedArguments): readonly KeyEnd[] => {
  const texts = new Set(Object.values(afterKey));
  return [...texts].map((text) => ({
    pattern: patternOf(text.trimEnd()).trimEnd(),
    isString: texts.size === 1 ? undefined : text === afterKey.string,
    lineBreak: text.endsWith('\n'),
  }));
};

const cdataOpen = '<![CDATA[';

/** A longer key is none. */
const longestKey = 200;

/**
 * Arguments one by one between tags. Strings stream; other values wait for their end, since only then it is clear
 * what they are. A value ends with its end tag only where another argument or the call's end follows: texts that an
 * agent writes may hold such tags themselves.
 */
export class TaggedArgumentsReader implements ArgumentsReader {
  readonly #parameters: unknown;
  readonly #keyStart: TextPattern;
  readonly #keyEnds: readonly KeyEnd[];
  readonly #tags: TaggedArguments;
  readonly #callClose: TextPattern;
  #held = '';
  #state: 'start' | 'key' | 'cdata' | 'value' = 'start';
  #valueEnd: TextPattern = '';
  #key = '';
  #isString = false;
  #first = true;
  #begun = false;

  constructor(tags: TaggedArguments, callClose: string, parameters: unknown) {
    this.#parameters = parameters;
    this.#keyStart = patternOf(` ${tags.beforeKey}`).trimEnd();
    this.#keyEnds = keyEndsOf(tags);
    this.#tags = tags;
    this.#callClose = patternOf(` ${callClose}`).trimEnd();
  }

  read(text: string): ArgumentsPiece {
    this.#held += text;
    let json = this.#begun ? '' : '{';
    this.#begun = true;
    for (;;) {
      const step = this.#step();
      if (step === 'wait') return { json };
      json += step.json;
      if (step.rest !== undefined) return { json: `${json}}`, rest: step.rest };
    }
  }

  end(): string {
    if (this.#state !== 'value') return '';
    if (this.#isString) return JSON.stringify(this.#held).slice(1, -1);
    return '';
  }

  #step(): ArgumentsPiece | 'wait' {
    if (this.#state === 'start') return this.#start();
    if (this.#state === 'key') return this.#readKey();
    return this.#state === 'cdata' ? this.#cdata() : this.#value();
  }

  /** Another argument, or the end of the call; anything else ends the arguments too. */
  #start(): ArgumentsPiece | 'wait' {
    const close = matchAt(this.#callClose, this.#held, 0);
    const key = matchAt(this.#keyStart, this.#held, 0);
    if (close === 'more' || (close === 'no' && key === 'more')) return 'wait';
    if (close !== 'no' || typeof key !== 'number') return { json: '', rest: this.#held };
    this.#held = this.#held.slice(key);
    this.#state = 'key';
    return { json: '' };
  }

  #readKey(): ArgumentsPiece | 'wait' {
    for (let at = 0; at < Math.min(this.#held.length, longestKey); at++) {
      for (const keyEnd of this.#keyEnds) {
        const match = matchAt(keyEnd.pattern, this.#held, at);
        if (match === 'no') continue;
        if (match === 'more') return 'wait';
        if (keyEnd.lineBreak && match === this.#held.length) return 'wait';
        return this.#beginValue(keyEnd, this.#held.slice(0, at).trim(), match);
      }
    }
    return this.#held.length < longestKey ? 'wait' : { json: '', rest: this.#held };
  }

  #beginValue(keyEnd: KeyEnd, key: string, match: number): ArgumentsPiece {
    const skip = keyEnd.lineBreak && this.#held[match] === '\n' ? 1 : 0;
    this.#held = this.#held.slice(match + skip);
    this.#key = key;
    this.#valueEnd = patternOf(this.#tags.afterValue.replaceAll(theKey, key)).trim();
    const types = this.#types();
    this.#isString = keyEnd.isString ?? (types?.has('string') === true && types.size === 1);
    this.#state = this.#tags.cdata ? 'cdata' : 'value';
    const comma = this.#first ? '' : ', ';
    this.#first = false;
    return { json: `${comma}${JSON.stringify(key)}: ${this.#isString ? '"' : ''}` };
  }

  #cdata(): ArgumentsPiece | 'wait' {
    if (this.#held.startsWith(cdataOpen)) {
      this.#held = this.#held.slice(cdataOpen.length);
      this.#valueEnd = patternOf(`]]>${this.#valueEnd}`).trim();
    } else if (cdataOpen.startsWith(this.#held)) return 'wait';
    this.#state = 'value';
    return { json: '' };
  }

  #types(): ReturnType<typeof allowedTypes> {
    return allowedTypes(argumentSchema(this.#parameters, this.#key), this.#parameters);
  }

  #value(): ArgumentsPiece | 'wait' {
    const { at, end } = this.#findValueEnd();
    // A line break before the end tag may belong to the tag.
    const withBreak = this.#tags.afterValue.startsWith('\n') && this.#held.charAt(at - 1) === '\n';
    const value = this.#held.slice(0, withBreak ? at - 1 : at);
    if (end === undefined) {
      if (!this.#isString || value === '') return 'wait';
      this.#held = this.#held.slice(value.length);
      return { json: JSON.stringify(value).slice(1, -1) };
    }
    this.#held = this.#held.slice(end);
    this.#state = 'start';
    if (this.#isString) return { json: `${JSON.stringify(value).slice(1, -1)}"` };
    return { json: rawToJson(value, this.#types()) };
  }

  /** Where the value ends, and where its tag does; without `end`: up to where the value surely goes. */
  #findValueEnd(): { readonly at: number; readonly end?: number } {
    const text = this.#held;
    const first = this.#valueEnd.charAt(0);
    for (let at = text.indexOf(first); at !== -1; at = text.indexOf(first, at + 1)) {
      const tag = matchAt(this.#valueEnd, text, at);
      if (tag === 'no') continue;
      if (tag === 'more') return { at };
      const next = firstMatch([matchAt(this.#keyStart, text, tag), matchAt(this.#callClose, text, tag)]);
      if (next === 'more') return { at };
      if (next !== 'no') return { at, end: tag };
    }
    return { at: text.length };
  }
}
