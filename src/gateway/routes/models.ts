import type { FastifyInstance } from 'fastify';
import type { ModelState } from '../../api/models.ts';
import { type KeyCheck, mayUse } from '../access/key-check.ts';
import { answerJson } from '../answers.ts';
import type { Router } from '../routing/router.ts';
import { unknownModel } from '../routing/unknown-model.ts';
import type { Served } from '../served-models.ts';

/** A model in `/v1/models`: OpenAI's fields, ours, and under the names that clients look for, how much it takes. */
interface ListedModel {
  readonly id: string;
  readonly object: 'model';
  /** s since 1970. */
  readonly created: number;
  readonly owned_by: 'localai';
  readonly status: ModelState;
  readonly specialization: 'python-coding' | 'general-purpose';
  readonly roles: readonly string[];
  readonly aliases: readonly string[];
  readonly context_window: number | null;
  readonly capabilities: Served['capabilities'];
}

/** Tokens in one request, by the names that vLLM, OpenRouter's format and llama.cpp's give it. */
const contextFields = (tokens: number | null): object =>
  tokens === null ? {} : { context_length: tokens, max_model_len: tokens, meta: { n_ctx: tokens } };

const listed = (model: Served, created: number): ListedModel => {
  const status = model.status();
  const context = status?.context ?? model.contextWindow ?? null;
  return {
    id: model.id,
    object: 'model',
    created,
    owned_by: 'localai',
    ...{ display_name: model.id, name: model.id },
    status: status?.state ?? 'ready',
    specialization: model.roles.includes('coder') ? 'python-coding' : 'general-purpose',
    roles: model.roles,
    aliases: model.aliases,
    context_window: context,
    ...contextFields(context),
    ...{
      architecture: {
        input_modalities: model.capabilities.vision ? ['text', 'image'] : ['text'],
        output_modalities: ['text'],
      },
    },
    capabilities: model.capabilities,
  };
};

/** `GET /v1/models` and `/v1/models/:id`. An id may hold slashes. */
export const modelRoutes = (
  app: FastifyInstance,
  models: readonly Served[],
  router: Router<Served>,
  check: KeyCheck,
  startedAt: number,
): void => {
  const created = Math.floor(startedAt / 1000);
  const onRequest = check('inference');
  app.get('/v1/models', { onRequest }, ({ exchange }) => {
    const usable = models.filter((model) => mayUse(exchange.key, model));
    answerJson(exchange, { object: 'list', data: usable.map((model) => listed(model, created)) });
  });
  app.get<{ Params: { '*': string } }>('/v1/models/*', { onRequest }, ({ exchange, params }) => {
    const wanted = params['*'];
    const model = router.named(wanted);
    if (!model || !mayUse(exchange.key, model)) throw unknownModel(wanted, router, exchange.key);
    answerJson(exchange, listed(model, created));
  });
};
