import { failure } from '../errors.ts';
import { findJsonFault } from './protocols/json-error.ts';

/** What the gateway has to know of a request's body; all else is the engine's business. */
export interface RequestFacts {
  readonly model: string | undefined;
  readonly stream: boolean;
  /** How much of an answer is wanted, where the body says so. */
  readonly maxTokens: number | undefined;
}

/** Longest name of a model that is looked up. */
const longestName = 512;

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch (caught) {
    const fault = findJsonFault(text);
    if (!fault) throw failure('REQUEST_INVALID', { problem: 'its body is nested too deeply' }, caught);
    throw failure('REQUEST_NOT_JSON', { ...fault });
  }
};

const modelOf = (value: unknown): string | undefined => {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string') {
    throw failure('REQUEST_PARAMETER', { param: 'model', problem: 'must be a string' });
  }
  if (value.length > longestName) {
    throw failure('REQUEST_PARAMETER', {
      param: 'model',
      problem: `is longer than ${longestName} characters`,
    });
  }
  return value;
};

const streamOf = (value: unknown): boolean => {
  if (value === undefined || value === null) return false;
  if (typeof value === 'boolean') return value;
  throw failure('REQUEST_PARAMETER', { param: 'stream', problem: 'must be true or false' });
};

/** Reads a body once. Throws REQUEST_NOT_JSON (with the place), REQUEST_INVALID and REQUEST_PARAMETER. */
export const readRequest = (body: unknown): { readonly bytes: Buffer; readonly facts: RequestFacts } => {
  const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
  if (bytes.length === 0) throw failure('REQUEST_INVALID', { problem: 'it has no body' });
  const value = parse(bytes.toString());
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw failure('REQUEST_INVALID', { problem: 'its body must be a JSON object' });
  }
  const { model, stream, max_tokens: most } = value as Readonly<Record<string, unknown>>;
  const maxTokens = typeof most === 'number' ? most : undefined;
  return { bytes, facts: { model: modelOf(model), stream: streamOf(stream), maxTokens } };
};
