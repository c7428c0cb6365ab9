import type { GatewayLimits } from '../api/gateway-config.ts';
import { failure } from '../errors.ts';
import { type Changes, type Fields, requestLimits, type Wanted } from './limits/request-limits.ts';
import { findJsonFault } from './protocols/json-error.ts';

/** What the gateway has to know of a request's body; all else is the engine's business. */
export interface RequestFacts extends Wanted {
  readonly model: string | undefined;
  readonly stream: boolean;
}

export interface ReadRequest {
  readonly bytes: Buffer;
  readonly facts: RequestFacts;
}

/** What a body is for: a chat or a completion has limits of its own. */
export type BodyKind = 'chat' | 'completion' | 'other';

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

const noWishes: Wanted = { maxTokens: undefined, changes: undefined };

/** Reads a body once. Throws REQUEST_NOT_JSON (with the place), REQUEST_INVALID and REQUEST_PARAMETER. */
export const requestReader = (limits: GatewayLimits): ((body: unknown, kind: BodyKind) => ReadRequest) => {
  const wishes = requestLimits(limits);
  return (body, kind) => {
    const bytes = Buffer.isBuffer(body) ? body : Buffer.alloc(0);
    if (bytes.length === 0) throw failure('REQUEST_INVALID', { problem: 'it has no body' });
    const value = parse(bytes.toString());
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw failure('REQUEST_INVALID', { problem: 'its body must be a JSON object' });
    }
    const fields = value as Fields;
    const model = modelOf(fields['model']);
    const stream = streamOf(fields['stream']);
    const { maxTokens, changes } = kind === 'other' ? noWishes : wishes(fields, kind === 'chat');
    return { bytes, facts: { model, stream, maxTokens, changes } };
  };
};

/** What was lowered, for the answer's `x-localai-clamped` header: `max_tokens=512`. */
export const clampedText = (changes: Changes): string =>
  Object.entries(changes)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
