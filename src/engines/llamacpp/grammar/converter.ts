import { anyValue, boolean } from './any-value.ts';
import { arrayText } from './array-text.ts';
import { excludeEachOther } from './exclusive.ts';
import { choice, type Expression, never, text } from './expression.ts';
import { jsonValue } from './json-text.ts';
import { type JsonType, listedValues, writtenTypes } from './json-types.ts';
import { countOf, has } from './keywords.ts';
import { numberText } from './number-schema.ts';
import { objectText } from './object-text.ts';
import { placeName } from './place-name.ts';
import type { RuleBook } from './rule-book.ts';
import { alternativesOf, type Member } from './schema-alternatives.ts';
import type { SchemaDocument, SchemaNode } from './schema-document.ts';
import { SchemaError } from './schema-error.ts';
import { stringText } from './string-schema.ts';
import { oneOfTexts } from './texts.ts';
import { fitOf } from './value-fit.ts';

/** Schemas in schemas; each level takes several calls. */
const deepest = 120;

/** Turns the schemas of one document into rules of one grammar. */
export class Converter {
  readonly document: SchemaDocument;
  readonly book: RuleBook;
  readonly #written = new Map<string, Expression>();
  #depth = 0;

  constructor(document: SchemaDocument, book: RuleBook) {
    this.document = document;
    this.book = book;
  }

  /** Values that meet all the schemas; `never` when there are none. */
  value(nodes: readonly SchemaNode[]): Expression {
    this.#depth += 1;
    if (this.#depth > deepest) throw new SchemaError(nodes[0]?.path ?? '', '', 'it is nested too deeply');
    const { members, reason } = this.membersOf(nodes);
    const expression = choice(...members.map((member) => this.#member(member)));
    this.#depth -= 1;
    return members.length === 0 && reason ? { kind: 'never', reason } : expression;
  }

  membersOf(nodes: readonly SchemaNode[]): ReturnType<typeof alternativesOf> {
    return alternativesOf(this.document, nodes, (groups) => {
      if (!excludeEachOther(this.document, groups)) this.book.markInexact();
    });
  }

  /** The expression of schemas and a type, written once: parts that are met again refer to its rule. */
  #once(member: Member, kind: string, write: (name: string) => Expression): Expression {
    const key = `${kind} ${member.map(({ id }) => id).join(' ')}`;
    const known = this.#written.get(key);
    if (known) return known;
    const rule = this.book.add(placeName(member), (self) => {
      this.#written.set(key, self);
      return write(self.kind === 'rule' ? self.name : kind);
    });
    return rule;
  }

  #member(member: Member): Expression {
    if (member.length === 0) return anyValue(this.book);
    if (member.some(isBeyondGrammar)) this.book.markInexact();
    const listed = listedValues(member);
    if (listed) return this.#listed(member, listed);
    const types = writtenTypes(member);
    if (!types) return anyValue(this.book);
    return choice(...types.map((type) => this.#typed(member, type)));
  }

  #typed(member: Member, type: JsonType): Expression {
    switch (type) {
      case 'object':
        return this.#once(member, type, (name) => objectText(this, member, name));
      case 'array':
        return this.#once(member, type, () => arrayText(this, member));
      case 'string':
        return stringText(this.book, member);
      case 'number':
      case 'integer':
        return numberText(this.book, member, type);
      case 'boolean':
        return boolean;
      case 'null':
        return text('null');
    }
  }

  #listed(member: Member, listed: readonly unknown[]): Expression {
    const fits = listed
      .map((value) => ({ value, fit: fitOf(value, member) }))
      .filter(({ fit }) => fit !== 'no');
    if (fits.some(({ fit }) => fit === 'unsure')) this.book.markInexact();
    const values = fits.map(({ value }) => value);
    const isNested = (value: unknown): boolean => typeof value === 'object' && value !== null;
    const plain = values.filter((value) => !isNested(value)).map((value) => JSON.stringify(value));
    const nested = values.filter(isNested).map((value) => jsonValue(this.book, value));
    const [only] = plain;
    if (plain.length === 1 && nested.length === 0 && only !== undefined) return text(only);
    if (values.length > 0) return this.#once(member, 'listed', () => choice(oneOfTexts(plain), ...nested));
    const keyword = member.some((node) => has(node, 'enum')) ? 'enum' : 'const';
    return never(member[0]?.path ?? '', keyword, 'none of the values meets the other keywords');
  }
}

/** Keywords that no grammar of ours follows: the answer is checked afterwards. */
const isBeyondGrammar = (node: SchemaNode): boolean =>
  ['not', 'dependentRequired', 'dependentSchemas', 'dependencies'].some((keyword) => has(node, keyword)) ||
  ['unevaluatedProperties', 'unevaluatedItems'].some((keyword) => has(node, keyword)) ||
  (has(node, 'if') && (has(node, 'then') || has(node, 'else'))) ||
  (has(node, 'contains') && countOf(node, 'minContains') !== 0);
