import { isObject } from '../argument-types.ts';
import type { GrammarPart } from './argument-grammar.ts';
import { type GrammarRules, literal } from './grammar-rules.ts';
import { anyLiteral, literalText, type Writing, type WritingName, writings } from './literal-writing.ts';
import { type ObjectShape, objectShape } from './object-shape.ts';
import { branchesOf, isAnyText, jsonValue, listedTexts } from './value-grammar.ts';

/** The grammar of arguments as one list of literals: keys in the schema's order, each at most once. */
export const literalArguments = (
  rules: GrammarRules,
  name: WritingName,
  parameters: unknown,
): GrammarPart => {
  const writing = writings[name];
  const grammar = new LiteralGrammar(rules, writing, parameters);
  if (parameters === undefined || parameters === null) {
    const one = `[a-zA-Z_] [a-zA-Z0-9_]{0,40} ${literal(writing.assign)} ${grammar.any}`;
    const more = `(${literal(writing.separator)} ${one}){0,16}`;
    return { body: rules.add('arguments', `(${one} ${more})?`), exact: true };
  }
  return grammar.members(objectShape(parameters), (key) => key + writing.assign, 0);
};

/** Schemas may be recursive; deeper than this, any value. */
const deepest = 6;

class LiteralGrammar {
  readonly any: string;
  readonly #rules: GrammarRules;
  readonly #writing: Writing;
  readonly #root: unknown;

  constructor(rules: GrammarRules, writing: Writing, root: unknown) {
    this.#rules = rules;
    this.#writing = writing;
    this.#root = root;
    this.any = anyLiteral(rules, writing);
  }

  members(shape: ObjectShape, before: (key: string) => string, depth: number): GrammarPart {
    const parts = shape.properties.map(({ key, schema, required }) => {
      const value = this.#value(schema, depth + 1);
      const body = this.#rules.add('member', `${literal(before(key))} ${value.body}`);
      return { body, exact: value.exact, required };
    });
    return {
      body: separated(this.#rules, literal(this.#writing.separator), parts),
      exact: shape.simple && parts.every(({ exact }) => exact),
    };
  }

  #value(schema: unknown, depth: number): GrammarPart {
    if (!isObject(schema) || depth > deepest) return { body: this.any, exact: isAnyText(schema) };
    const listed = listedTexts(schema);
    if (listed)
      return this.#oneOf(listed.map((text) => ({ body: literal(this.#writing.text(text)), exact: true })));
    const branches = branchesOf(schema);
    if (branches.length !== 1 || branches[0] !== schema) {
      return this.#oneOf(
        branches.map((branch) => this.#value(branch, depth + 1)),
        !('oneOf' in schema),
      );
    }
    return this.#ofType(schema, depth);
  }

  #ofType(schema: Readonly<Record<string, unknown>>, depth: number): GrammarPart {
    const [yes, no, nothing] = this.#writing.words.map(literal);
    const exact = isAnyText(schema);
    switch (schema['type']) {
      case 'string':
        return { body: literalText(this.#rules, this.#writing), exact };
      case 'integer':
      case 'number':
        return jsonValue(this.#rules, schema, this.#root);
      case 'boolean':
        return { body: `(${yes} | ${no})`, exact };
      case 'null':
        return { body: nothing ?? '', exact };
      case 'array':
        return this.#list(schema, depth);
      case 'object':
        return this.#object(schema, depth);
      default:
        return { body: this.any, exact };
    }
  }

  #list(schema: Readonly<Record<string, unknown>>, depth: number): GrammarPart {
    const { items, type: _, description: __, ...rules } = schema;
    const item = this.#value(items ?? true, depth + 1);
    const more = `(${literal(this.#writing.separator)} ${item.body})*`;
    const body = this.#rules.add('list', `"[" (${item.body} ${more})? "]"`);
    return { body, exact: item.exact && Object.keys(rules).length === 0 };
  }

  #object(schema: Readonly<Record<string, unknown>>, depth: number): GrammarPart {
    const shape = objectShape(schema);
    const members = this.members(shape, (key) => this.#writing.key(key), depth);
    return { body: this.#rules.add('object', `"{" ${members.body} "}"`), exact: members.exact };
  }

  #oneOf(parts: readonly GrammarPart[], exact = true): GrammarPart {
    const body = this.#rules.add('choice', parts.map((part) => part.body).join(' | '));
    return { body, exact: exact && parts.every((part) => part.exact) };
  }
}

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
