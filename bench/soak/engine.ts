import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { eventsOf } from './faults.ts';

export interface SoakEngine {
  readonly url: string;
  /** Connections that are open now. */
  readonly connections: number;
  close(): Promise<void>;
}

interface Asked {
  readonly tokens: number;
  /** ms between two of them. */
  readonly gap: number;
  readonly fault?: string;
}

const stream = async (response: ServerResponse, { tokens, gap, fault }: Asked): Promise<void> => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.flushHeaders();
  for (const event of eventsOf(tokens)) {
    await delay(gap);
    if (response.destroyed) return;
    if (fault === 'fails within a stream') {
      response.end('data: {"error": {"message": "EngineCore encountered an issue."}}\n\ndata: [DONE]\n\n');
      return;
    }
    response.write(event);
    if (fault === 'dies within a stream' && Math.random() < 0.1) break;
  }
  if (fault === 'dies within a stream') response.socket?.resetAndDestroy();
  else response.end();
};

const flood = async (response: ServerResponse): Promise<void> => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const piece = `data: ${'x'.repeat(64 * 1024)}\n\n`;
  for (let sent = 0; sent < 500 && !response.destroyed; sent += 1) {
    if (response.write(piece)) continue;
    await new Promise<void>((resolve) => {
      const goOn = (): void => {
        response.off('drain', goOn).off('close', goOn);
        resolve();
      };
      response.once('drain', goOn).once('close', goOn);
    });
  }
  response.end();
};

const refuse = (response: ServerResponse, status: number, headers: Record<string, string> = {}): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify({ error: { message: 'no', type: 'X', param: null, code: status } }));
};

const answer = async (response: ServerResponse, asked: Asked): Promise<void> => {
  if (asked.fault === 'dies before the head') response.socket?.resetAndDestroy();
  else if (asked.fault === 'is starting') refuse(response, 503, { 'retry-after': '10' });
  else if (asked.fault === 'is full') refuse(response, 429, { 'retry-after': '10' });
  else if (asked.fault === 'fails') refuse(response, 500);
  else if (asked.fault === 'stops reading') await flood(response);
  else if (asked.fault !== 'says nothing') await stream(response, asked);
};

/** A stand-in engine that does what a request's body tells it to. */
export const startSoakEngine = async (): Promise<SoakEngine> => {
  const sockets = new Set<Socket>();
  const server = createServer({ keepAliveTimeout: 5000 }, async (request, response) => {
    const body = await text(request).catch(() => undefined);
    // Asked how it is.
    if (request.method === 'GET') response.end();
    else if (body !== undefined) await answer(response, JSON.parse(body) as Asked);
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return sockets.size;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};
