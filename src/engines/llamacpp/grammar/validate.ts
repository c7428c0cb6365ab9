import { Ajv, type ErrorObject, type Options, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { reason } from '../../../errors.ts';
import { Recent } from './recent.ts';
import { compiledPattern } from './values.ts';

/** What ajv says of a value: `unchecked` when the schema itself can't be compiled. */
export type Verdict =
  | { readonly outcome: 'valid' }
  | { readonly outcome: 'invalid'; readonly problems: readonly string[] }
  | { readonly outcome: 'unchecked'; readonly problem: string };

/** More are no help to who reads them. */
const mostProblems = 10;

/** Checks a parsed JSON value against a schema; formats are not looked at. */
export const validateInstance = (schema: unknown, value: unknown): Verdict => {
  try {
    const check = compiled.get(JSON.stringify(schema) ?? 'undefined', () => compile(schema));
    if (check instanceof Error) return { outcome: 'unchecked', problem: reason(check) };
    if (check(value) === true) return { outcome: 'valid' };
    return { outcome: 'invalid', problems: (check.errors ?? []).slice(0, mostProblems).map(problemOf) };
  } catch (caught) {
    // A schema that refers to itself without end, or is nested too deeply.
    return { outcome: 'unchecked', problem: reason(caught) };
  }
};

const problemOf = ({ instancePath, message }: ErrorObject): string =>
  `${instancePath === '' ? 'the value' : instancePath} ${message ?? 'is not valid'}`;

/** Compiling takes much longer than checking. */
const compiled = new Recent<ValidateFunction | Error>(64);

/** ajv asks for the function's source, for code that is written to a file. */
const readPattern = Object.assign(
  (pattern: string): RegExp => {
    const expression = compiledPattern(pattern);
    if (expression) return expression;
    throw new Error(`"${pattern}" is no regular expression`);
  },
  { code: 'readPattern' },
);

const options: Options = {
  strict: false,
  validateSchema: false,
  validateFormats: false,
  allErrors: true,
  logger: false,
  multipleOfPrecision: 6,
  code: { regExp: readPattern },
};

const compile = (schema: unknown): ValidateFunction | Error => {
  try {
    if (typeof schema === 'boolean') return new Ajv2020(options).compile(schema);
    if (typeof schema !== 'object' || schema === null) return new Error('a schema must be an object');
    // Its dialect is seen to here; `$async` would make a promise of the answer.
    const { $schema, $async: _, ...rest } = schema as Record<string, unknown>;
    const ajv = isOldDraft($schema, rest) ? new Ajv(options) : new Ajv2020(options);
    return ajv.compile(rest);
  } catch (caught) {
    return caught instanceof Error ? caught : new Error(String(caught));
  }
};

/** Draft 2020-12 unless the schema says otherwise or lists `items` as only older drafts do. */
const isOldDraft = ($schema: unknown, schema: unknown): boolean =>
  typeof $schema === 'string' && $schema.includes('json-schema.org/')
    ? /draft-0\d/.test($schema)
    : JSON.stringify(schema).includes('"items":[');
