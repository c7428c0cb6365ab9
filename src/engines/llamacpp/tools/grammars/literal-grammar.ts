import { allowedTypes } from '../argument-types.ts';
import type { GrammarPart } from './argument-grammar.ts';
import { type GrammarRules, literal } from './grammar-rules.ts';
import { objectShape } from './object-shape.ts';
import { isAnyText, jsonValue, listedTexts } from './value-grammar.ts';

type Name = 'python' | 'gemma';

interface Writing {
  readonly assign: string;
  readonly separator: string;
  readonly quote: string;
  readonly escaped: (text: string) => string;
  readonly words: readonly [yes: string, no: string, nothing: string];
}

const writings: Readonly<Record<Name, Writing>> = {
  python: {
    assign: '=',
    separator: ', ',
    quote: "'",
    escaped: (text) => text.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n'),
    words: ['True', 'False', 'None'],
  },
  gemma: {
    assign: ':',
    separator: ',',
    quote: '<|"|>',
    escaped: (text) => text,
    words: ['true', 'false', 'null'],
  },
};

/** The grammar of arguments as one list of literals: keys in the schema's order, each at most once. */
export const literalArguments = (rules: GrammarRules, name: Name, parameters: unknown): GrammarPart => {
  const writing = writings[name];
  const any = anyValue(rules, name);
  if (parameters === undefined || parameters === null) {
    const one = `[a-zA-Z_] [a-zA-Z0-9_]{0,40} ${literal(writing.assign)} ${any}`;
    return {
      body: rules.add('arguments', `(${one} (${literal(writing.separator)} ${one}){0,16})?`),
      exact: true,
    };
  }
  const shape = objectShape(parameters);
  const members = shape.properties.map(({ key, schema, required }) => {
    const value = oneValue(rules, name, schema, parameters, any);
    const body = rules.add('argument', `${literal(key + writing.assign)} ${value.body}`);
    return { body, exact: value.exact, required };
  });
  return {
    body: separated(rules, literal(writing.separator), members),
    exact: shape.simple && members.every(({ exact }) => exact),
  };
};

const textRule = (rules: GrammarRules, name: Name): string =>
  name === 'gemma'
    ? rules.add('text', `${literal('<|"|>')} ${rules.until('<|"|>')}`)
    : rules.add('text', `"'" ([^'\\\\\\x0a\\x0d] | "\\\\" ['\\\\nt])* "'"`);

const number = '"-"? ("0" | [1-9] [0-9]{0,15}) ("." [0-9]{1,16})?';

/** Any value, at any depth. */
const anyValue = (rules: GrammarRules, name: Name): string => {
  const { words, separator } = writings[name];
  const text = textRule(rules, name);
  const comma = literal(separator);
  const key = name === 'gemma' ? rules.add('key', '[a-zA-Z_] [a-zA-Z0-9_]{0,40}') : text;
  const self = rules.reserve('value');
  const member = `${key} ${literal(name === 'gemma' ? ':' : ': ')} ${self}`;
  const list = `"[" (${self} (${comma} ${self})*)? "]"`;
  const object = `"{" (${member} (${comma} ${member})*)? "}"`;
  rules.fill(self, [text, number, ...words.map(literal), list, object].join(' | '));
  return self;
};

const oneValue = (
  rules: GrammarRules,
  name: Name,
  schema: unknown,
  root: unknown,
  any: string,
): GrammarPart => {
  const { quote, escaped, words } = writings[name];
  const listed = listedTexts(schema);
  if (listed) {
    const texts = listed.map((text) => literal(quote + escaped(text) + quote));
    return { body: `(${texts.join(' | ')})`, exact: true };
  }
  const types = allowedTypes(schema, root);
  const [only] = types?.size === 1 ? types : [];
  if (only === 'string') return { body: textRule(rules, name), exact: isAnyText(schema) };
  if (only === 'number') return jsonValue(rules, schema, root);
  if (only === 'boolean')
    return { body: `(${literal(words[0])} | ${literal(words[1])})`, exact: isAnyText(schema) };
  return { body: any, exact: types === undefined && isAnyText(schema) };
};

/** Members in their order, those that are not required left out at will; one rule for each place and what came before. */
const separated = (
  rules: GrammarRules,
  separator: string,
  members: readonly { readonly body: string; readonly required: boolean }[],
): string => {
  let afterNone = rules.add('rest', '');
  let afterSome = afterNone;
  for (const { body, required } of members.toReversed()) {
    const first = `${body} ${afterSome}`;
    const next = `${separator} ${body} ${afterSome}`;
    const [none, some] = [afterNone, afterSome];
    afterNone = rules.add('rest', required ? first : `${first} | ${none}`);
    afterSome = rules.add('rest', required ? next : `${next} | ${some}`);
  }
  return afterNone;
};
