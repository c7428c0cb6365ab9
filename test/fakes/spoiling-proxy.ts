import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface SpoiledAnswer {
  readonly status?: number;
  readonly type?: string;
  readonly body: string;
}

/** What is answered in place of the gateway; undefined: the gateway answers. */
export type Replacement = (path: string, asked: IncomingMessage) => SpoiledAnswer | undefined;

/** Stands before a gateway on that port and answers some requests wrongly. Gives its address. */
export const startSpoilingProxy = async (port: number, replace: Replacement): Promise<string> => {
  const server = createServer((asked, answer) => {
    const spoiled = replace(asked.url ?? '/', asked);
    if (spoiled) {
      asked.resume();
      answer.writeHead(spoiled.status ?? 200, { 'content-type': spoiled.type ?? 'application/json' });
      answer.end(spoiled.body);
      return;
    }
    const { method, url, headers } = asked;
    const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (reply) => {
      answer.writeHead(reply.statusCode ?? 502, reply.headers);
      reply.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    answer.on('close', () => onward.destroy());
    asked.pipe(onward);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};
