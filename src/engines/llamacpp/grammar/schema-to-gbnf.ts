import { anyObject } from './any-value.ts';
import { Converter } from './converter.ts';
import { Recent } from './recent.ts';
import { RuleBook } from './rule-book.ts';
import { SchemaDocument } from './schema-document.ts';
import { SchemaError } from './schema-error.ts';

export { SchemaError };

/** A grammar in llama.cpp's GBNF, starting at the rule `root`. */
export interface Grammar {
  readonly gbnf: string;
  /** True: whatever the grammar lets through meets the schema. False: check the answer with `validateInstance`. */
  readonly exact: boolean;
}

/**
 * The grammar of compact JSON that meets a JSON Schema (drafts 4 to 2020-12). It lets through less than the schema
 * does: properties in the schema's order, at most one space after ':' and ',', numbers of bounded length, names that
 * the schema doesn't list only where it asks for them. Throws SchemaError for what can't be met or understood, and
 * for a schema whose grammar would be too large.
 */
export const schemaToGbnf = (schema: unknown): Grammar => {
  try {
    return grammars.get(JSON.stringify(schema) ?? 'undefined', () => convert(schema));
  } catch (caught) {
    if (caught instanceof RangeError) throw new SchemaError('', '', 'it is nested too deeply');
    throw caught;
  }
};

/** Enough for the tools of several agents. */
const grammars = new Recent<Grammar>(300);

const convert = (schema: unknown): Grammar => {
  const document = new SchemaDocument(schema);
  const book = new RuleBook();
  const root = new Converter(document, book).value([document.root]);
  return { gbnf: book.print(root), exact: book.exact };
};

const anyObjectGrammar = (): string => {
  const book = new RuleBook();
  return book.print(anyObject(book));
};

/** Any JSON object (`response_format: json_object`). */
export const jsonObjectGbnf: string = anyObjectGrammar();
