import type { FastifyInstance } from 'fastify';
import type { Token } from '../../runtime/runtime.ts';
import { chatPrompt } from '../prompt/chat-prompt.ts';
import { checkTokens, textTokens } from '../prompt/prompt-tokens.ts';
import { parseBody } from '../request/request-fields.ts';
import { detokenizeRequest, tokenizeChat, tokenizeText } from '../request/tokenize-request.ts';
import { checkModelName, type ServedModel } from '../served-model.ts';
import type { ServerOptions } from '../server-options.ts';

/** `/tokenize` takes a text, or messages as `/v1/chat/completions` does. */
export const tokenRoutes = (app: FastifyInstance, { engine, moment }: ServerOptions): void => {
  app.post('/tokenize', async (http) => {
    const { model } = engine;
    const { tokens, strings } = tokenize(model, http.body, moment().now);
    const text = (token: Token): string => model.runtime.detokenize([token], true);
    return {
      count: tokens.length,
      max_model_len: model.runtime.facts.contextTokens,
      tokens,
      token_strs: strings ? tokens.map(text) : null,
    };
  });
  app.post('/detokenize', async (http) => {
    const { model } = engine;
    const request = parseBody(detokenizeRequest, http.body);
    checkModelName(model, request.model);
    return { prompt: model.runtime.detokenize(checkTokens(model, request.tokens, 'tokens'), true) };
  });
};

const tokenize = (
  model: ServedModel,
  body: unknown,
  now: Date,
): { readonly tokens: readonly Token[]; readonly strings: boolean } => {
  const isChat = typeof body === 'object' && body !== null && 'messages' in body;
  if (isChat) {
    const request = parseBody(tokenizeChat, body);
    checkModelName(model, request.model);
    return { tokens: chatPrompt(model, request, now).tokens, strings: request.return_token_strs ?? false };
  }
  const request = parseBody(tokenizeText, body);
  checkModelName(model, request.model);
  const tokens = textTokens(model, request.prompt, request.add_special_tokens ?? true);
  return { tokens, strings: request.return_token_strs ?? false };
};
