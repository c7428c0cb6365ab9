import type { IncomingHttpHeaders } from 'node:http';

const bearer = /^bearer[ \t]+(\S+)[ \t]*$/i;

/** The key that came with a request, in any of the ways that clients send one. */
export const presentedKey = (headers: IncomingHttpHeaders): string | undefined => {
  const { authorization } = headers;
  const token = authorization === undefined ? undefined : bearer.exec(authorization)?.[1];
  if (token !== undefined) return token;
  const plain = headers['x-api-key'] ?? headers['api-key'];
  return typeof plain === 'string' && plain !== '' ? plain : undefined;
};
