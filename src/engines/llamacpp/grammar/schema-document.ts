import { SchemaError } from './schema-error.ts';

/** A place in a schema that is a schema itself. */
export interface SchemaNode {
  readonly id: number;
  /** Where it stands, as a JSON pointer. */
  readonly path: string;
  /** `true` and `false` as `{}` and `{ not: {} }`. */
  readonly keywords: Readonly<Record<string, unknown>>;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A schema with its parts and references; every part is known once, wherever it is referred to from. */
export class SchemaDocument {
  readonly root: SchemaNode;
  readonly #whole: unknown;
  readonly #nodes = new Map<unknown, SchemaNode>();
  #made = 0;
  #named: ReadonlyMap<string, readonly [place: string, part: unknown]> | undefined;

  constructor(schema: unknown) {
    this.#whole = schema;
    this.root = this.node(schema, '');
  }

  /** Throws SchemaError when `part` is no schema. */
  node(part: unknown, path: string): SchemaNode {
    const known = this.#nodes.get(part);
    if (known) return known;
    if (typeof part !== 'boolean' && !isRecord(part)) {
      throw new SchemaError(parentOf(path), lastOf(path), 'a schema must be an object, true or false');
    }
    const keywords = part === true ? {} : part === false ? { not: {} } : part;
    const node: SchemaNode = { id: this.#made, path, keywords };
    this.#made += 1;
    if (typeof part !== 'boolean') this.#nodes.set(part, node);
    return node;
  }

  /** What a `$ref` points to. Throws SchemaError when that is not in this document. */
  resolve(reference: string, from: SchemaNode): SchemaNode {
    if (reference === '#' || reference === '') return this.root;
    if (reference.startsWith('#/')) return this.#atPointer(reference.slice(1), from);
    this.#named ??= namedParts(this.#whole);
    const found = this.#named.get(reference);
    if (found) return this.node(found[1], found[0]);
    throw new SchemaError(from.path, '$ref', `"${reference}" is not in this schema, and nothing is fetched`);
  }

  #atPointer(pointer: string, from: SchemaNode): SchemaNode {
    let part = this.#whole;
    for (const step of pointer.slice(1).split('/')) {
      const key = decoded(step).replaceAll('~1', '/').replaceAll('~0', '~');
      const isThere = (isRecord(part) || Array.isArray(part)) && Object.hasOwn(part, key);
      if (!isThere) throw new SchemaError(from.path, '$ref', `there is nothing at "#${pointer}"`);
      part = (part as Record<string, unknown>)[key];
    }
    return this.node(part, pointer);
  }
}

const decoded = (step: string): string => {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
};

/** A pointer with one more step. */
export const below = (path: string, ...steps: readonly (string | number)[]): string =>
  [path, ...steps.map((step) => String(step).replaceAll('~', '~0').replaceAll('/', '~1'))].join('/');

const parentOf = (path: string): string => path.slice(0, Math.max(0, path.lastIndexOf('/')));
const lastOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const deepest = 100;

/** Parts that have a name of their own: `$id`, `$anchor` and their relatives. */
const namedParts = (whole: unknown): ReadonlyMap<string, readonly [place: string, part: unknown]> => {
  const named = new Map<string, readonly [string, unknown]>();
  const visit = (part: unknown, path: string, depth: number): void => {
    if (typeof part !== 'object' || part === null || depth > deepest) return;
    for (const [key, value] of Object.entries(part)) {
      if (typeof value === 'object') visit(value, below(path, key), depth + 1);
      else if (typeof value === 'string' && (key === '$id' || key === 'id')) named.set(value, [path, part]);
      else if (key === '$anchor' || key === '$dynamicAnchor') named.set(`#${value}`, [path, part]);
    }
  };
  visit(whole, '', 0);
  return named;
};
