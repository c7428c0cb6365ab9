import type { ArgumentsPiece, ArgumentsReader } from './arguments-reader.ts';

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const wholeString = /^"(?:[^"\\]|\\[\s\S])*"/;

/** JSON passes through as it stands; only line breaks that models leave bare in strings are escaped. */
export class JsonArguments implements ArgumentsReader {
  #depth = 0;
  #inString = false;
  #escaped = false;
  #state: 'before' | 'inside' | 'after' = 'before';
  /** Some models write the object as JSON text inside a JSON string. */
  #quoted: string | undefined;

  read(text: string): ArgumentsPiece {
    if (this.#state === 'after') return { json: '', rest: text };
    const started = this.#state === 'inside' ? text : text.trimStart();
    if (started === '') return { json: '' };
    if (this.#state === 'before' && started.startsWith('"')) this.#quoted = '';
    this.#state = 'inside';
    const piece = this.#quoted === undefined ? this.#readObject(started) : this.#readQuoted(started);
    if (piece.rest !== undefined) this.#state = 'after';
    return piece;
  }

  end(): string {
    return '';
  }

  #readObject(text: string): ArgumentsPiece {
    let json = '';
    for (let at = 0; at < text.length; at++) {
      const sign = text.charAt(at);
      json += this.#inString ? this.#inside(sign) : this.#outside(sign);
      if (this.#depth === 0) return { json, rest: text.slice(at + 1) };
    }
    return { json };
  }

  #outside(sign: string): string {
    if (sign === '"') this.#inString = true;
    else if (sign === '{' || sign === '[') this.#depth++;
    else if (sign === '}' || sign === ']') this.#depth--;
    return sign;
  }

  #inside(sign: string): string {
    if (this.#escaped) this.#escaped = false;
    else if (sign === '\\') this.#escaped = true;
    else if (sign === '"') this.#inString = false;
    return escapes[sign] ?? sign;
  }

  #readQuoted(text: string): ArgumentsPiece {
    this.#quoted = (this.#quoted ?? '') + text;
    const whole = wholeString.exec(this.#quoted)?.[0];
    if (whole === undefined) return { json: '' };
    return { json: unquote(whole), rest: this.#quoted.slice(whole.length) };
  }
}

const unquote = (text: string): string => {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
};
