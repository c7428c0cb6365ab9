import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface SeenRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly key: string | undefined;
  readonly body: Record<string, unknown>;
}

/** Answers one request; may leave it open. */
export type Answer = (response: ServerResponse, request: SeenRequest) => void | Promise<void>;

/** An HTTP server that speaks a gateway's words as a test scripts them, request by request; the last one repeats. */
export interface ScriptedGateway extends AsyncDisposable {
  readonly url: string;
  readonly seen: SeenRequest[];
  /** Resolves when a client has left before its answer was complete. */
  readonly clientLeft: Promise<void>;
}

const read = async (request: IncomingMessage): Promise<SeenRequest> => {
  const body = await text(request);
  return {
    method: request.method,
    path: request.url,
    key: request.headers.authorization,
    body: body === '' ? {} : (JSON.parse(body) as Record<string, unknown>),
  };
};

export const startGateway = async (...answers: readonly Answer[]): Promise<ScriptedGateway> => {
  const seen: SeenRequest[] = [];
  const left = Promise.withResolvers<void>();
  const server = createServer(async (request, response) => {
    response.on('close', () => {
      if (!response.writableFinished) left.resolve();
    });
    const asked = await read(request);
    seen.push(asked);
    await (answers[seen.length - 1] ?? answers.at(-1))?.(response, asked);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    seen,
    clientLeft: left.promise,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** One event of a stream. */
export const streamEvent = (value: unknown): string => `data: ${JSON.stringify(value)}\n\n`;

/** One piece of a streamed answer. */
export const chatChunk = (delta: object, finish: string | null = null): string =>
  streamEvent({ model: 'tiny', choices: [{ index: 0, delta, finish_reason: finish }] });

/** The head of a stream and these pieces of text; the rest is left to the test. */
export const sendPieces = (response: ServerResponse, ...pieces: readonly string[]): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(chatChunk({ role: 'assistant', content: '' }));
  for (const content of pieces) response.write(chatChunk({ content }));
};

export const sendEnd = (response: ServerResponse, finish = 'stop'): void => {
  response.write(chatChunk({}, finish));
  response.write(
    streamEvent({ model: 'tiny', choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } }),
  );
  response.end('data: [DONE]\n\n');
};

/** A whole streamed answer. */
export const answering =
  (...pieces: readonly string[]): Answer =>
  (response) => {
    sendPieces(response, ...pieces);
    sendEnd(response);
  };

/** An error in the gateway's envelope. */
export const refusing =
  (status: number, code: string, message: string, headers: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify({ error: { message, type: 'server_error', code, param: null } }));
  };
