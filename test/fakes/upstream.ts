import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { Endpoint } from '../../src/api/models.ts';

/** One request as an engine saw it, and the way to answer it: by the book, or byte by byte on the raw socket. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly response: ServerResponse;
  readonly socket: Socket;
  /** Resolves when the connection is closed. */
  readonly closed: Promise<void>;
}

/** Answers one request; may leave it open, reset it or write half of something. */
export type Script = (call: Call) => void | Promise<void>;

/** An engine's HTTP server that does as a test says. */
export interface FakeUpstream extends AsyncDisposable {
  readonly endpoint: Endpoint;
  readonly calls: readonly Call[];
  /** What the following requests get. */
  script: Script;
  /** Connections that are open now. */
  readonly connections: number;
  /** Requests that came and are neither answered nor given up. */
  readonly open: number;
  /** Resolves with the call when that many requests have come (1: the first). */
  call(number: number): Promise<Call>;
}

export interface FakeOptions {
  /** Listens on this Unix socket instead of a TCP port. */
  readonly socket?: string;
  /** A port of 127.0.0.1 that must be this one; else any. */
  readonly port?: number;
  /** ms after which an idle connection is closed; uvicorn's 5 s when not given. */
  readonly keepAliveMs?: number;
}

/** Closes a connection on which nothing was asked for a while, without having said so before: as uvicorn does. */
const closeWhenIdle = (ms: number) => {
  const timers = new Map<Socket, NodeJS.Timeout>();
  const busy = (socket: Socket): void => clearTimeout(timers.get(socket));
  return {
    busy,
    idle: (socket: Socket): void => {
      busy(socket);
      timers.set(
        socket,
        setTimeout(() => socket.end(), ms),
      );
    },
    gone: (socket: Socket): void => {
      busy(socket);
      timers.delete(socket);
    },
  };
};

export const startUpstream = async (script: Script, options: FakeOptions = {}): Promise<FakeUpstream> => {
  const calls: Call[] = [];
  const sockets = new Map<Socket, Promise<void>>();
  const waiting: { readonly number: number; readonly resolve: (call: Call) => void }[] = [];
  const unanswered = new Set<ServerResponse>();
  const idling = closeWhenIdle(options.keepAliveMs ?? 5000);
  // Node's own limit would be told to the client in a header, by which undici would go.
  const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0 }, async (request, response) => {
    const { method = '', url = '', headers, socket } = request;
    idling.busy(socket);
    unanswered.add(response);
    response.once('finish', () => idling.idle(socket));
    for (const end of ['finish', 'close']) response.once(end, () => unanswered.delete(response));
    // A client may leave before it has sent all.
    const body = await buffer(request).catch(() => undefined);
    if (!body) return;
    const closed = sockets.get(socket) ?? Promise.resolve();
    const call: Call = { method, path: url, headers, body, response, socket, closed };
    calls.push(call);
    for (const { number, resolve: tell } of waiting) if (number === calls.length) tell(call);
    await fake.script(call);
  });
  server.on('connection', (socket) => {
    const { promise, resolve } = Promise.withResolvers<void>();
    sockets.set(socket, promise);
    socket.on('error', () => {});
    socket.once('close', () => {
      sockets.delete(socket);
      idling.gone(socket);
      resolve();
    });
  });
  await new Promise<void>((resolve) => {
    if (options.socket === undefined) server.listen(options.port ?? 0, '127.0.0.1', resolve);
    else server.listen(options.socket, resolve);
  });
  const fake: FakeUpstream = {
    endpoint:
      options.socket === undefined
        ? { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
        : { socket: options.socket },
    calls,
    script,
    get connections() {
      return sockets.size;
    },
    get open() {
      return unanswered.size;
    },
    call: (number) =>
      new Promise((resolve) => {
        const already = calls[number - 1];
        if (already) resolve(already);
        else waiting.push({ number, resolve });
      }),
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets.keys()) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return fake;
};

/** One script after the other, a request each; the last one goes on. */
export const inTurn = (...scripts: readonly Script[]): Script => {
  let next = 0;
  return (call) => {
    const script = scripts[Math.min(next, scripts.length - 1)];
    next += 1;
    return script?.(call);
  };
};

/** Takes a request and never answers it. */
export const silent: Script = () => {};

/** Answers in JSON. */
export const json =
  (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Script =>
  ({ response }) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(JSON.stringify(value));
  };

/** The head of an event stream. */
export const beginStream = ({ response }: Call): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
};

/** One event of a streamed chat, as vLLM writes it. */
export const chatEvent = (content: string): string =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'tiny', choices: [{ index: 0, delta: { content }, finish_reason: null }] })}\n\n`;

export const streamEnd = `data: ${JSON.stringify({ id: 'chatcmpl-1', object: 'chat.completion.chunk', created: 1, model: 'tiny', choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] })}\n\ndata: [DONE]\n\n`;

/** A whole streamed chat. */
export const chatStream =
  (...pieces: readonly string[]): Script =>
  (call) => {
    beginStream(call);
    for (const piece of pieces) call.response.write(chatEvent(piece));
    call.response.end(streamEnd);
  };

/** A whole chat in one answer. */
export const chatAnswer = (content: string): Script =>
  json({
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'tiny',
    choices: [{ index: 0, message: { role: 'assistant', content }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 2, total_tokens: 5 },
  });

/** Cuts the connection as a crashed process does. */
export const reset: Script = ({ socket }) => {
  socket.resetAndDestroy();
};
