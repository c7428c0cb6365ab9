import { failure } from '../../../errors.ts';

export { SchemaError } from './schema-error.ts';

/** A grammar in llama.cpp's GBNF, starting at the rule `root`. */
export interface Grammar {
  readonly gbnf: string;
  /** True: whatever the grammar lets through meets the schema. False: check the answer with `validateInstance`. */
  readonly exact: boolean;
}

/** The grammar of compact JSON that meets a JSON Schema. Throws SchemaError for what can't be met or understood. */
export const schemaToGbnf = (_schema: unknown): Grammar => {
  throw failure('BUG', { problem: 'schemaToGbnf is not written yet' });
};

/** Any JSON object (`response_format: json_object`). */
export const jsonObjectGbnf: string = 'root ::= "{}"\n';
