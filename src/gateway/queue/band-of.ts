import type { IncomingHttpHeaders } from 'node:http';
import type { RequestFacts } from '../request-body.ts';
import type { RequestKind } from '../routing/router.ts';
import { type Band, isBand, lessUrgent } from './bands.ts';

/** A completion of at most this many tokens is someone's editor filling in a line. */
const shortCompletion = 512;

/** How urgent a request is: as its header says, but no more than its key may; else as its key, else what it looks like. */
export const bandOf = (
  headers: IncomingHttpHeaders,
  kind: RequestKind,
  { maxTokens }: RequestFacts,
  ofKey: Band | undefined,
): Band => {
  const asked = headers['x-localai-priority'];
  if (isBand(asked)) return ofKey === undefined ? asked : lessUrgent(asked, ofKey);
  if (ofKey !== undefined) return ofKey;
  // 16 is what vLLM takes when none is given.
  return kind === 'completion' && (maxTokens ?? 16) <= shortCompletion ? 'autocomplete' : 'chat';
};
