import { type CharSet, charsOf, minus, union } from './char-set.ts';
import { chars, choice, type Expression, empty, nothing, repeat, sequence, text } from './expression.ts';
import { plainChars, quoted } from './json-text.ts';
import type { RuleBook } from './rule-book.ts';

/** A tree of texts that share their beginnings. */
interface Branch {
  ends: boolean;
  readonly next: Map<string, Branch>;
}

const branch = (): Branch => ({ ends: false, next: new Map() });

const treeOf = (texts: Iterable<string>): Branch => {
  const root = branch();
  for (const one of texts) {
    let at = root;
    for (const char of one) {
      const next = at.next.get(char) ?? branch();
      at.next.set(char, next);
      at = next;
    }
    at.ends = true;
  }
  return root;
};

/** Up to this many, a plain list of alternatives is easier to read and no slower. */
const plainList = 12;
const longestInTree = 200;

/** One of the texts. Many share their beginnings: llama.cpp follows each alternative on its own. */
export const oneOfTexts = (texts: readonly string[]): Expression =>
  texts.length <= plainList || texts.some((one) => one.length > longestInTree)
    ? choice(...texts.map(text))
    : oneOfTree(treeOf(texts));

const oneOfTree = ({ ends, next }: Branch): Expression =>
  choice(ends ? empty : nothing, ...[...next].map(([char, rest]) => sequence(text(char), oneOfTree(rest))));

/** A quoted JSON string of plain characters that is none of `names`. */
export const anyKeyBut = (book: RuleBook, names: readonly string[]): Expression => {
  const plain = chars(plainChars);
  const rest = book.shared('key-rest', () => repeat(plain, 0, Number.POSITIVE_INFINITY));
  return quoted(noneOfTree(treeOf(names), rest));
};

const noneOfTree = ({ ends, next }: Branch, anyRest: Expression): Expression => {
  const known: CharSet = union(...[...next.keys()].map(charsOf));
  return choice(
    ends ? nothing : empty,
    sequence(chars(minus(plainChars, known)), anyRest),
    ...[...next]
      .filter(([char]) => minus(charsOf(char), plainChars).length === 0)
      .map(([char, rest]) => sequence(text(char), noneOfTree(rest, anyRest))),
  );
};
