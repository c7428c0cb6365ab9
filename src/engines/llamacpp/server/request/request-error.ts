import { LocalaiError, reason } from '../../../../errors.ts';

/** vLLM's words for the kinds of errors, by HTTP status (vllm/entrypoints/openai/serving_engine.py). */
const types: Readonly<Record<number, string>> = {
  400: 'BadRequestError',
  404: 'NotFoundError',
  405: 'MethodNotAllowedError',
  413: 'RequestEntityTooLargeError',
  415: 'UnsupportedMediaTypeError',
  503: 'ServiceUnavailableError',
};

const typeOf = (status: number): string =>
  types[status] ?? (status < 500 ? 'BadRequestError' : 'InternalServerError');

/** A request that is answered with an error; `param` names the field at fault. */
export class RequestError extends Error {
  readonly status: number;
  readonly param: string | null;

  constructor(status: number, message: string, param: string | null = null) {
    super(message);
    this.name = 'RequestError';
    this.status = status;
    this.param = param;
  }
}

/** 400. */
export const badRequest = (message: string, param?: string): RequestError =>
  new RequestError(400, message, param ?? null);

/** An error as vLLM sends it. */
export interface ErrorBody {
  readonly error: {
    readonly message: string;
    readonly type: string;
    readonly param: string | null;
    readonly code: number;
  };
}

const bodyOf = (status: number, message: string, param: string | null): ErrorBody => ({
  error: { message, type: typeOf(status), param, code: status },
});

/** Whatever was caught while answering, as status and body. */
export const errorAnswer = (caught: unknown): { readonly status: number; readonly body: ErrorBody } => {
  const { status, param } = classify(caught);
  return { status, body: bodyOf(status, reason(caught), param) };
};

const classify = (caught: unknown): { status: number; param: string | null } => {
  if (caught instanceof RequestError) return caught;
  if (caught instanceof LocalaiError) return { status: caught.httpStatus, param: fieldAtFault(caught) };
  // Fastify's own errors (body too large, not JSON, wrong content type) carry their status.
  const status = caught instanceof Error && 'statusCode' in caught ? Number(caught.statusCode) : 500;
  return { status: status >= 400 && status < 600 ? status : 500, param: null };
};

const fieldAtFault = ({ code, params }: LocalaiError): string | null => {
  if (code === 'CHAT_CONTENT') return `messages[${params['index']}].content`;
  return code === 'CHAT_TEMPLATE' ? 'messages' : null;
};
