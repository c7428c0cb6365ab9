import { failure } from '../../../errors.ts';

/** What ajv says of a value: `unchecked` when the schema itself can't be compiled. */
export type Verdict =
  | { readonly outcome: 'valid' }
  | { readonly outcome: 'invalid'; readonly problems: readonly string[] }
  | { readonly outcome: 'unchecked'; readonly problem: string };

/** Checks a parsed JSON value against a schema; formats are not looked at. */
export const validateInstance = (_schema: unknown, _value: unknown): Verdict => {
  throw failure('BUG', { problem: 'validateInstance is not written yet' });
};
