import { createHash } from 'node:crypto';
import { extname } from 'node:path/posix';
import type { FastifyInstance } from 'fastify';
import { answer } from '../answers.ts';

/** A file of the browser UI. */
export interface WebFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const types: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/** The content type of a file by its name. */
export const typeOf = (path: string): string => types[extname(path)] ?? 'application/octet-stream';

/** Nothing from elsewhere, nothing inline but styles, in nobody's frame. */
const security = [
  'content-security-policy',
  "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; " +
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
  ...['x-content-type-options', 'nosniff'],
  ...['referrer-policy', 'no-referrer'],
];

/** The build puts a hash of the content into the names of assets, so these never change. */
const cacheOf = (path: string): string =>
  path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';

/** The browser UI, a route for each of its files, so that no path is ever put together from a request. */
export const webUiRoutes = (app: FastifyInstance, files: ReadonlyMap<string, WebFile>): void => {
  for (const [path, { type, bytes }] of files) {
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    const headers = [...security, 'etag', etag, 'cache-control', cacheOf(path)];
    app.get(path === '/index.html' ? '/' : path, ({ exchange, headers: asked }) => {
      if (asked['if-none-match'] !== etag) return answer(exchange, 200, type, bytes, headers);
      exchange.response.writeHead(304, [...exchange.headers, ...headers]).end();
    });
  }
};
