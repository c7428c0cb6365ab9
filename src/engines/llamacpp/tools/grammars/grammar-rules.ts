import { anyId, anyIndex } from '../tool-syntax.ts';

const escapes: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
};

const quoted = (text: string): string => `"${text.replace(/["\\\n\r\t]/g, (sign) => escapes[sign] ?? sign)}"`;

/** For placeholders, what a model may write there; ids of nine letters and digits are what Mistral's models make. */
const freeParts: Readonly<Record<string, string>> = { [anyIndex]: '[0-9] [0-9]?', [anyId]: '[a-zA-Z0-9]{9}' };

/** A text as GBNF; empty for an empty one. */
export const literal = (text: string): string =>
  text
    .split(new RegExp(`([${anyIndex}${anyId}])`))
    .filter((part) => part !== '')
    .map((part) => freeParts[part] ?? quoted(part))
    .join(' ');

/** Parts one after another; empty ones are none. */
export const sequence = (...parts: readonly string[]): string =>
  parts.filter((part) => part !== '').join(' ');

/** A character for use between brackets; GBNF knows few escapes there, so all but letters and digits go by number. */
const inClass = (character: string): string => {
  if (/^[a-zA-Z0-9]$/.test(character)) return character;
  const code = character.codePointAt(0) ?? 0;
  return `\\U${code.toString(16).padStart(8, '0')}`;
};

/** How many characters of `text` a text that ends with `text[0…matched)` and `next` ends with. */
const continued = (text: readonly string[], matched: number, next: string): number => {
  for (let length = Math.min(matched + 1, text.length); length > 0; length--) {
    const start = [...text.slice(0, matched), next].slice(-length);
    if (start.every((character, i) => character === text[i])) return length;
  }
  return 0;
};

/** String literals, character classes and comments on the one hand, rule names on the other. */
const nameOrOther = /"(?:\\.|[^"\\])*"|\[(?:\\.|[^\]\\])*\]|#.*|[a-zA-Z][a-zA-Z0-9-]*/g;

/** Collects rules, and gives each its own name. */
export class GrammarRules {
  readonly #rules = new Map<string, string>();
  readonly #foreign: string[] = [];
  readonly #included = new Map<string, string>();
  readonly #untils = new Map<string, string>();

  /** The name of a new rule. */
  add(hint: string, body: string): string {
    const name = `${hint}-${this.#rules.size}`;
    this.#rules.set(name, body === '' ? '""' : body);
    return name;
  }

  /** The name of a rule that others need before it is written: see `fill`. */
  reserve(hint: string): string {
    return this.add(hint, '');
  }

  fill(name: string, body: string): void {
    this.#rules.set(name, body);
  }

  /** All rules of another grammar, under new names; gives its root's name. */
  include(gbnf: string): string {
    const known = this.#included.get(gbnf);
    if (known !== undefined) return known;
    const prefix = `g${this.#included.size}-`;
    const renamed = gbnf.replace(nameOrOther, (found) => {
      if (found.startsWith('#')) return '';
      return /^[a-zA-Z]/.test(found) ? prefix + found : found;
    });
    this.#included.set(gbnf, `${prefix}root`);
    this.#foreign.push(renamed.endsWith('\n') ? renamed : `${renamed}\n`);
    return `${prefix}root`;
  }

  /** The name of a rule for any text up to where `text` first occurs, and that too. */
  until(text: string): string {
    const known = this.#untils.get(text);
    if (known !== undefined) return known;
    const characters = [...text];
    const prefix = `until-${this.#untils.size}`;
    this.#untils.set(text, `${prefix}-0`);
    for (const matched of characters.keys()) {
      this.#rules.set(`${prefix}-${matched}`, untilStep(characters, matched, prefix));
    }
    return `${prefix}-0`;
  }

  /** The grammar with this root. */
  text(root: string): string {
    const rules = [...this.#rules].map(([name, body]) => `${name} ::= ${body}\n`);
    return [`root ::= ${root}\n`, ...rules, ...this.#foreign].join('');
  }
}

/** One state of the search: every character leads on, to the longest beginning of the text that is then at the end. */
const untilStep = (text: readonly string[], matched: number, prefix: string): string => {
  const leading = [...new Set(text)].filter((character) => continued(text, matched, character) > 0);
  const steps = leading.map((character) => {
    const length = continued(text, matched, character);
    return length === text.length ? `[${inClass(character)}]` : `[${inClass(character)}] ${prefix}-${length}`;
  });
  return [...steps, `[^${leading.map(inClass).join('')}] ${prefix}-0`].join(' | ');
};
