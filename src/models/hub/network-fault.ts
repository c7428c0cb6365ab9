import { isFailure, reason } from '../../errors.ts';

/** Node's and undici's codes in words. */
const words: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known',
  EAI_AGAIN: 'its name cannot be looked up now',
  ECONNREFUSED: 'nothing listens there',
  ECONNRESET: 'the connection was cut',
  EPIPE: 'the connection was cut',
  ETIMEDOUT: 'no answer',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
  UND_ERR_CONNECT_TIMEOUT: 'no answer',
  UND_ERR_HEADERS_TIMEOUT: 'it took the request and then said nothing',
  UND_ERR_BODY_TIMEOUT: 'nothing came any more',
  UND_ERR_SOCKET: 'the connection was cut',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'the connection was cut',
  ERR_STREAM_PREMATURE_CLOSE: 'the connection was cut',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is not trusted (NODE_EXTRA_CA_CERTS names further ones)',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is not trusted (NODE_EXTRA_CA_CERTS names further ones)',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is not trusted (NODE_EXTRA_CA_CERTS names further ones)',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate is not trusted (NODE_EXTRA_CA_CERTS names further ones)',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_INVALID_URL: 'it sends us to something that is no address',
};

const codeOf = (caught: unknown): string | undefined => {
  const { code, cause, errors } = caught as { code?: unknown; cause?: unknown; errors?: readonly unknown[] };
  if (typeof code === 'string' && code in words) return code;
  const inner = [cause, ...(errors ?? [])].find((one) => one instanceof Error);
  return inner === undefined ? (typeof code === 'string' ? code : undefined) : codeOf(inner);
};

/** Why a request came to nothing, for people. */
export const networkProblem = (caught: unknown): string => {
  if (caught instanceof Error && caught.name === 'HTTPParserError')
    return 'what answers there is no web server';
  const code = codeOf(caught);
  return (code === undefined ? undefined : words[code]) ?? reason(caught);
};

/** Codes that speak of this machine's disk, or of our own mistake. */
const ownCodes =
  /^(ENOSPC|EDQUOT|EACCES|EPERM|EROFS|EIO|EMFILE|ENFILE|EISDIR|ENOTDIR|ENOENT|EEXIST|EBUSY|EFBIG|ENAMETOOLONG|EINVAL|ESTALE|ERR_INVALID_ARG.*)$/;

/** Whether this is a fault of the network or of what is at its other end, and not of a disk or of ours. */
export const isNetworkFault = (caught: unknown): boolean => {
  if (isFailure(caught) || !(caught instanceof Error)) return false;
  // undici gives no code to an answer that is not HTTP.
  if (caught.name === 'HTTPParserError') return true;
  const code = codeOf(caught);
  return code !== undefined && !ownCodes.test(code);
};

/** Nobody there at all: asking again would only keep a person from the next best thing. */
const nobody =
  /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|.*CERT.*|UNABLE_TO_.*)$/;

/** Whether another try will meet the same: no network, no such host, a certificate that is not trusted. */
export const isNobodyThere = (caught: unknown): boolean => nobody.test(codeOf(caught) ?? '');
