import type { IncomingHttpHeaders } from 'node:http';
import type { RequestFacts } from '../request-body.ts';
import type { RequestKind } from '../routing/router.ts';
import { type Band, isBand } from './bands.ts';

/** A completion of at most this many tokens is someone's editor filling in a line. */
const shortCompletion = 512;

/** How urgent a request is: as its header says, else what it looks like. */
export const bandOf = (
  headers: IncomingHttpHeaders,
  kind: RequestKind,
  { maxTokens }: RequestFacts,
): Band => {
  const asked = headers['x-localai-priority'];
  if (isBand(asked)) return asked;
  // 16 is what vLLM takes when none is given.
  return kind === 'completion' && (maxTokens ?? 16) <= shortCompletion ? 'autocomplete' : 'chat';
};
