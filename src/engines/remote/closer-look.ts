import { z } from 'zod';
import type { System } from '../../system/system.ts';
import type { OwnModel } from '../engine.ts';
import { jsonFrom, type ServerAddress } from './ask-server.ts';
import type { ServerKind } from './server-kind.ts';

/** What a server of that kind says only under its own routes. */
export interface CloserLook {
  readonly version: string | undefined;
  readonly models: readonly OwnModel[];
}

type Look = (system: System, address: ServerAddress, models: readonly OwnModel[]) => Promise<CloserLook>;

const version = z.object({ version: z.string() });

const versionAt = async (system: System, address: ServerAddress, path: string): Promise<string | undefined> =>
  version.safeParse(await jsonFrom(system, address, path)).data?.version;

/** Ollama's `POST /api/show`. */
const shown = z.looseObject({
  capabilities: z.array(z.string()).default([]),
  model_info: z.record(z.string(), z.unknown()).default({}),
});

const ollamaModel = async (system: System, address: ServerAddress, model: OwnModel): Promise<OwnModel> => {
  const said = shown.safeParse(await jsonFrom(system, address, '/api/show', { model: model.id })).data;
  if (!said) return model;
  const can = (word: string): boolean => said.capabilities.includes(word);
  return {
    ...model,
    // What it was trained for is in `model_info`; what Ollama gives it is not told, and is often less: left unknown.
    ...{ tools: can('tools'), reasoning: can('thinking'), fim: can('insert'), vision: can('vision') },
    embeddings: can('embedding') && !can('completion'),
  };
};

const ollama: Look = async (system, address, models) => ({
  version: await versionAt(system, address, '/api/version'),
  models: await Promise.all(models.map((model) => ollamaModel(system, address, model))),
});

/** LM Studio's `GET /api/v0/models`. */
const studioModels = z.looseObject({
  data: z.array(
    z.looseObject({
      id: z.string(),
      type: z.string().catch('llm'),
      loaded_context_length: z.number().int().positive().optional().catch(undefined),
      max_context_length: z.number().int().positive().optional().catch(undefined),
      capabilities: z.array(z.string()).catch([]),
    }),
  ),
});

const lmStudio: Look = async (system, address, models) => {
  const said = studioModels.safeParse(await jsonFrom(system, address, '/api/v0/models')).data?.data ?? [];
  return {
    version: undefined,
    models: models.map((model) => {
      const more = said.find(({ id }) => id === model.id);
      if (!more) return model;
      return {
        ...model,
        context: more.loaded_context_length ?? more.max_context_length,
        tools: more.capabilities.includes('tool_use'),
        vision: more.type === 'vlm',
        embeddings: more.type === 'embeddings',
      };
    }),
  };
};

/** llama.cpp's `GET /props`. */
const props = z.looseObject({
  build_info: z.string().optional(),
  default_generation_settings: z.looseObject({ n_ctx: z.number().int().positive() }).optional(),
  chat_template: z.string().optional(),
  modalities: z.looseObject({ vision: z.boolean().optional() }).optional(),
});

const llamaCpp: Look = async (system, address, models) => {
  const said = props.safeParse(await jsonFrom(system, address, '/props')).data;
  const context = said?.default_generation_settings?.n_ctx;
  return {
    version: said?.build_info,
    models: models.map((model) => ({
      ...model,
      context: context ?? model.context,
      tools: said?.chat_template?.includes('tools') ?? false,
      vision: said?.modalities?.vision ?? false,
    })),
  };
};

const plain: Look = async (_system, _address, models) => ({ version: undefined, models });

const looks: Readonly<Record<ServerKind, Look>> = {
  Ollama: ollama,
  'LM Studio': lmStudio,
  'llama.cpp': llamaCpp,
  vLLM: async (system, address, models) => ({
    version: await versionAt(system, address, '/version'),
    models,
  }),
  localai: plain,
  'an OpenAI-compatible server': plain,
};

export const lookCloser = (
  kind: ServerKind,
  system: System,
  address: ServerAddress,
  models: readonly OwnModel[],
): Promise<CloserLook> => looks[kind](system, address, models);
