import type { FastifyInstance } from 'fastify';
import { answerHead } from '../answer/answer-ids.ts';
import { clientSignal } from '../http/client-signal.ts';
import { promptList } from '../prompt/prompt-tokens.ts';
import { embeddingRequest } from '../request/completion-request.ts';
import { badRequest } from '../request/request-error.ts';
import { parseBody } from '../request/request-fields.ts';
import { answerTokens } from '../request/token-limits.ts';
import { checkModelName } from '../served-model.ts';
import type { ServerOptions } from '../server-options.ts';

/** Little-endian 32-bit floats, as OpenAI's SDKs ask for and unpack. */
const base64 = (vector: readonly number[]): string => {
  const bytes = Buffer.alloc(vector.length * 4);
  for (const [i, value] of vector.entries()) bytes.writeFloatLE(value, i * 4);
  return bytes.toString('base64');
};

export const embeddingRoute = (app: FastifyInstance, { engine, moment }: ServerOptions): void => {
  app.post('/v1/embeddings', async (http, reply) => {
    const { model } = engine;
    const request = parseBody(embeddingRequest, http.body);
    checkModelName(model, request.model);
    if (typeof request.dimensions === 'number') {
      throw badRequest(
        `Model "${model.id}" does not support matryoshka representation, changing output dimensions will lead to poor results.`,
        'dimensions',
      );
    }
    const inputs = promptList(model, request.input, request.add_special_tokens ?? true, 'input');
    for (const tokens of inputs) {
      if (tokens.length === 0) throw badRequest('The input cannot be empty', 'input');
      answerTokens(undefined, tokens.length, model.runtime.facts.contextTokens);
    }
    const signal = clientSignal(reply.raw);
    const vectors: (readonly number[])[] = [];
    // One after another: a long list must not push everybody else's requests to the end of the queue.
    for (const tokens of inputs) {
      if (signal.aborted) return reply.hijack();
      vectors.push(await model.runtime.embed(tokens, signal));
    }
    const count = inputs.reduce((sum, tokens) => sum + tokens.length, 0);
    const form = request.encoding_format === 'base64' ? base64 : (vector: readonly number[]) => vector;
    return {
      ...answerHead('embd', model.id, http.headers['x-request-id'], moment().now),
      object: 'list',
      data: vectors.map((vector, index) => ({ index, object: 'embedding', embedding: form(vector) })),
      usage: { prompt_tokens: count, total_tokens: count },
    };
  });
};
