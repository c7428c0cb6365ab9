import { failure, type LocalaiError, reason } from '../errors.ts';

/** An answer that was read to its end. */
interface WholeAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
}

/** Long enough for an explanation, short enough for a terminal. */
const longestProblem = 500;

export interface Problem {
  readonly code: string;
  readonly message: string;
}

/** What an error body says: OpenAI's envelope, or the text as it is. */
export const problemOf = (text: string): Problem => {
  try {
    const { error } = JSON.parse(text) as { error?: { code?: unknown; message?: unknown } };
    if (typeof error?.message === 'string') return { code: String(error.code ?? ''), message: error.message };
  } catch {
    // Not JSON: a proxy's page, perhaps.
  }
  return { code: '', message: text.trim().slice(0, longestProblem) || 'no reason given' };
};

/** Turns an answer that is no success into an error of the registry. */
export const refusal = (url: string, { status, headers, text }: WholeAnswer): LocalaiError => {
  const { code, message } = problemOf(text);
  if (status === 401 || status === 403) return failure('KEY_REFUSED', { url, problem: message });
  if (status === 503 && (code === 'model_loading' || code === 'upstream_unreachable')) {
    const retryAfter = Number(headers['retry-after'] ?? 2);
    return failure('MODEL_LOADING', { model: 'The model', phase: message, retryAfter });
  }
  return failure('REQUEST_FAILED', { status, problem: message });
};

/** A fault of the connection as an error of the registry; an abort stays what it is. */
export const unreachable = (url: string, caught: unknown, signal: AbortSignal): unknown =>
  signal.aborted ? signal.reason : failure('GATEWAY_UNREACHABLE', { url, problem: reason(caught) }, caught);

/** The error that a stream carries as an event, since its status line had gone out. */
export const streamError = (data: string): LocalaiError =>
  failure('REQUEST_FAILED', { status: 'with an error', problem: problemOf(data).message });
