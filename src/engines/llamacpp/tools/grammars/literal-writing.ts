import { type GrammarRules, literal } from './grammar-rules.ts';

export type WritingName = 'python' | 'gemma';

/** How literals are written. */
export interface Writing {
  /** Between an argument's name and its value. */
  readonly assign: string;
  readonly separator: string;
  readonly words: readonly [yes: string, no: string, nothing: string];
  readonly text: (text: string) => string;
  /** A key within an object, with what follows it. */
  readonly key: (key: string) => string;
  readonly hasBareKeys: boolean;
}

const pythonText = (text: string): string => `'${text.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n')}'`;

export const writings: Readonly<Record<WritingName, Writing>> = {
  python: {
    assign: '=',
    separator: ', ',
    words: ['True', 'False', 'None'],
    text: pythonText,
    key: (key) => `${pythonText(key)}: `,
    hasBareKeys: false,
  },
  gemma: {
    assign: ':',
    separator: ',',
    words: ['true', 'false', 'null'],
    text: (text) => `<|"|>${text}<|"|>`,
    key: (key) => `${key}:`,
    hasBareKeys: true,
  },
};

/** Any text; Gemma's quotes can't be escaped, so a text ends with the first. */
export const literalText = (rules: GrammarRules, { hasBareKeys }: Writing): string =>
  hasBareKeys
    ? `${literal('<|"|>')} ${rules.until('<|"|>')}`
    : `"'" ([^'\\\\\\x0a\\x0d] | "\\\\" ['\\\\nt])* "'"`;

const number = '"-"? ("0" | [1-9] [0-9]{0,15}) ("." [0-9]{1,16})?';

/** The name of a rule for any value, at any depth. */
export const anyLiteral = (rules: GrammarRules, writing: Writing): string => {
  const text = literalText(rules, writing);
  const comma = literal(writing.separator);
  const key = writing.hasBareKeys ? '[a-zA-Z_] [a-zA-Z0-9_]{0,40} ":"' : `${text} ": "`;
  const self = rules.reserve('value');
  const list = `"[" (${self} (${comma} ${self})*)? "]"`;
  const object = `"{" (${key} ${self} (${comma} ${key} ${self})*)? "}"`;
  rules.fill(self, [text, number, ...writing.words.map(literal), list, object].join(' | '));
  return self;
};
