import type { ModelStatus } from '../../api/models.ts';
import { failure, type LocalaiError, reason } from '../../errors.ts';
import type { Timeouts } from '../options.ts';

/** What a client is told to wait, s. */
const retryAfterSeconds = 2;

const codeOf = (error: Error): string => String((error as NodeJS.ErrnoException).code ?? error.name);

const unreachable = new Set([
  'ECONNREFUSED',
  'ENOENT',
  'EACCES',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
  'UND_ERR_CONNECT_TIMEOUT',
]);

const reset = new Set(['UND_ERR_SOCKET', 'ECONNRESET', 'EPIPE']);

/**
 * Whether the engine closed a kept-alive connection just as a request went out on it. Only such a request may be
 * sent twice: no byte of an answer came, and it came back so soon that nothing can have been worked on.
 */
export const isStaleConnection = (error: Error, elapsedMs: number): boolean =>
  reset.has(codeOf(error)) && elapsedMs < 250;

/** Whether an engine could not be reached at all, so that it cannot have begun to work. */
export const isUnreachable = (error: Error): boolean => unreachable.has(codeOf(error));

/**
 * Whether requests may be sent to a model: it is ready, or nobody but a request finds out. A probe that failed tells
 * people how it is; the breaker decides whom it costs a request.
 */
export const isExpected = ({ state, fault }: ModelStatus): boolean =>
  state === 'ready' || (state === 'error' && fault?.code === 'UPSTREAM_UNREACHABLE');

/** Whether it comes up when it is asked for. */
export const isAsleep = (status: ModelStatus | undefined): boolean =>
  status?.state === 'sleeping' || status?.state === 'stopped';

/** The answer for a model that cannot take requests now; undefined when it can. */
export const notServing = (status: ModelStatus | undefined): LocalaiError | undefined => {
  if (status === undefined || isExpected(status)) return undefined;
  if (status.state === 'error') {
    const problem = status.fault ? `${status.fault.message} ${status.fault.hint}` : 'no reason is known';
    return failure('ENGINE_LOAD', { model: status.id, problem });
  }
  const phase = status.phase ?? status.state;
  const retryAfter = status.readyIn ?? retryAfterSeconds;
  return failure('MODEL_LOADING', { model: status.id, phase, retryAfter });
};

/** The answer for a request that the engine failed. `begun`: bytes of an answer had come. */
export const upstreamFailure = (
  error: Error,
  model: string,
  begun: boolean,
  timeouts: Timeouts,
): LocalaiError => {
  const code = codeOf(error);
  const problem = reason(error) || code;
  if (code === 'UND_ERR_HEADERS_TIMEOUT') {
    return failure('UPSTREAM_TIMEOUT', { model, seconds: timeouts.firstByte / 1000 }, error);
  }
  if (code === 'UND_ERR_BODY_TIMEOUT') {
    return failure('UPSTREAM_TIMEOUT', { model, seconds: timeouts.idle / 1000 }, error);
  }
  if (!begun && isUnreachable(error)) {
    return failure('UPSTREAM_UNREACHABLE', { model, problem: code, retryAfter: retryAfterSeconds }, error);
  }
  return failure('UPSTREAM_DIED', { model, problem }, error);
};
