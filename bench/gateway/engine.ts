/**
 * The stand-in engine: costs next to nothing, and does what a request's body says. `stream` with `tokens` events, `gap` ms
 * apart, or as fast as they go; `silent`: takes the request and never answers; without `stream`: one small answer. Tells
 * its parent when a connection closes under a request that names itself.
 */
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { serveAt } from './child.ts';

interface Asked {
  readonly stream?: boolean;
  readonly silent?: boolean;
  readonly tokens?: number;
  readonly gap?: number;
  /** Names the request in what the parent is told. */
  readonly mark?: string;
}

const event = `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'tiny', choices: [{ index: 0, delta: { content: ' token' }, finish_reason: null }] })}\n\n`;

const whole = JSON.stringify({
  ...{ id: 'c', object: 'chat.completion', model: 'tiny', usage: { prompt_tokens: 1, completion_tokens: 1 } },
  choices: [{ index: 0, message: { role: 'assistant', content: 'Hello there.' }, finish_reason: 'stop' }],
});

const stream = (response: ServerResponse, { tokens = 1, gap = 0 }: Asked): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  let sent = 0;
  const send = (): void => {
    if (response.destroyed) return;
    const goesOn = response.write(event);
    sent += 1;
    if (sent === tokens) response.end('data: [DONE]\n\n');
    else if (gap > 0) setTimeout(send, gap);
    else if (goesOn) setImmediate(send);
    else response.once('drain', send);
  };
  send();
};

const server = createServer({ keepAliveTimeout: 60_000 }, async (request, response) => {
  const asked = JSON.parse((await text(request)) || '{}') as Asked;
  const { mark } = asked;
  if (mark !== undefined) {
    process.send?.({ arrived: mark });
    response.once('close', () => process.send?.({ closed: mark, at: Number(process.hrtime.bigint()) }));
  }
  if (asked.silent) return;
  if (asked.stream) return stream(response, asked);
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': String(whole.length) });
  response.end(whole);
});

serveAt(server);
