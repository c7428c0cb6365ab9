/** The least that a gateway in Node can be: a Fastify route that reads the body and passes bytes through undici. */
import { fastify } from 'fastify';
import { type Dispatcher, Pool } from 'undici';
import { serveAt } from './child.ts';

const [upstream = ''] = process.argv.slice(2);
const pool = new Pool(upstream, { pipelining: 1, allowH2: false });
const app = fastify();
const path = '/v1/chat/completions';

app.removeAllContentTypeParsers();
app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
app.post(path, (request, reply) => {
  reply.hijack();
  JSON.parse(String(request.body));
  const { raw } = reply;
  let controller: Dispatcher.DispatchController | undefined;
  raw.once('close', () => {
    if (!raw.writableFinished) controller?.abort(new Error('gone'));
  });
  pool.dispatch(
    { path, method: 'POST', body: request.body as Buffer, headers: { 'content-type': 'application/json' } },
    {
      onRequestStart: (given) => {
        controller = given;
      },
      onResponseStart: (_controller, status, headers) => {
        raw.writeHead(status, { 'content-type': String(headers['content-type']) });
      },
      onResponseData: (given, chunk) => {
        if (raw.write(chunk)) return;
        given.pause();
        raw.once('drain', () => given.resume());
      },
      onResponseEnd: () => void raw.end(),
      onResponseError: () => void raw.destroy(),
    },
  );
});

await app.ready();
serveAt(app.server);
