import { type Grammar, jsonObjectGbnf, SchemaError, schemaToGbnf } from '../../grammar/schema-to-gbnf.ts';
import { isObject } from '../argument-types.ts';
import type { ChatTool } from '../tool.ts';
import type { ToolSyntax } from '../tool-syntax.ts';
import type { GrammarRules } from './grammar-rules.ts';
import { literalArguments } from './literal-grammar.ts';
import { taggedArguments } from './tagged-grammar.ts';

/** A part of a grammar; `exact` as in Grammar. */
export interface GrammarPart {
  readonly body: string;
  readonly exact: boolean;
}

const anyObject: Grammar = { gbnf: jsonObjectGbnf, exact: false };

/** Says of itself what kind of value it allows. */
const sayingWhat = ['type', '$ref', 'anyOf', 'oneOf', 'allOf', 'enum', 'const'];

/** Arguments are an object, also where the schema forgets to say so. */
const asObjectSchema = (schema: unknown): unknown =>
  isObject(schema) && !sayingWhat.some((keyword) => keyword in schema)
    ? { ...schema, type: 'object' }
    : schema;

/** A schema that can't be understood must not take the tool away: then any object, checked afterwards. */
const objectGrammar = (parameters: unknown): Grammar => {
  if (parameters === undefined || parameters === null || parameters === true)
    return { ...anyObject, exact: true };
  try {
    return schemaToGbnf(asObjectSchema(parameters));
  } catch (caught) {
    if (caught instanceof SchemaError && !caught.impossible) return anyObject;
    throw caught;
  }
};

/** The grammar of a tool's arguments as this syntax writes them. Throws SchemaError when no arguments can be valid. */
export const argumentGrammar = (rules: GrammarRules, syntax: ToolSyntax, tool: ChatTool): GrammarPart => {
  const { parameters } = tool.function;
  const style = syntax.arguments;
  if (style === 'json') {
    const { gbnf, exact } = objectGrammar(parameters);
    return { body: rules.include(gbnf), exact };
  }
  if (typeof style === 'string') return literalArguments(rules, style, parameters);
  return taggedArguments(rules, style, parameters);
};
