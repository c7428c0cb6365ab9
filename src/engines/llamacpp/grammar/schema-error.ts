import { LocalaiError } from '../../../errors.ts';

/**
 * A schema that no answer can meet, or that can't be understood: names the place in the schema and the keyword.
 * `impossible` tells the two apart: an impossible alternative of an `anyOf` may simply be left out.
 */
export class SchemaError extends LocalaiError {
  /** Place in the schema as a JSON pointer; "" is the whole schema. */
  readonly path: string;
  readonly keyword: string;
  readonly impossible: boolean;

  constructor(path: string, keyword: string, problem: string, impossible = false) {
    const place = keyword === '' ? path || 'the whole of it' : `${path}/${keyword}`;
    super('SCHEMA', { place, problem });
    this.name = 'SchemaError';
    this.path = path;
    this.keyword = keyword;
    this.impossible = impossible;
  }
}
