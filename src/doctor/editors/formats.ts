import { parse } from 'yaml';
import type { RawEntry } from './editor-entry.ts';

/** How each tool writes down where its models are. Readers take what they find; another form is no entry. */

type Json = Readonly<Record<string, unknown>>;

const object = (value: unknown): Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
const list = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(object) : []);
const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;
const count = (value: unknown): number | undefined => {
  const number = Number(value ?? Number.NaN);
  return Number.isFinite(number) && number > 0 ? number : undefined;
};

/** A key that stands for a variable is not known here. */
const plainKey = (value: unknown): string | undefined => {
  const key = text(value);
  return key === undefined || /[${}]/.test(key) ? undefined : key;
};

/** JSON, also with comments and commas too many, as editors write it. Strings are kept as they are. */
export const parseLooseJson = (source: string): unknown => {
  const plain = source.replace(
    /("(?:\\.|[^"\\])*")|\/\/[^\n]*|\/\*[\s\S]*?\*\//g,
    (_whole, string: string | undefined) => string ?? '',
  );
  const strict = plain.replace(
    /("(?:\\.|[^"\\])*")|,(\s*[\]}])/g,
    (_whole, string: string | undefined, end: string) => string ?? end,
  );
  try {
    return JSON.parse(strict);
  } catch {
    return undefined;
  }
};

const entry = (url: unknown, key: unknown, model: unknown, context: unknown): readonly RawEntry[] => {
  const address = text(url);
  if (address === undefined) return [];
  return [{ url: address, key: plainKey(key), model: text(model), context: count(context) }];
};

export const readClaude = (source: string): readonly RawEntry[] => {
  const env = object(object(parseLooseJson(source))['env']);
  return entry(
    env['ANTHROPIC_BASE_URL'],
    env['ANTHROPIC_AUTH_TOKEN'] ?? env['ANTHROPIC_API_KEY'],
    env['ANTHROPIC_MODEL'],
    env['CLAUDE_CODE_MAX_CONTEXT_TOKENS'],
  );
};

/** The few lines of TOML that matter: `key = value` below `[model_providers.<name>]`, and at the top. */
export const readCodex = (source: string): readonly RawEntry[] => {
  const tables = new Map<string, Map<string, string>>([['', new Map()]]);
  let at = '';
  for (const line of source.split('\n')) {
    const table = /^\s*\[([^\]]+)\]/.exec(line)?.[1];
    if (table !== undefined) {
      at = table.trim();
      tables.set(at, tables.get(at) ?? new Map());
      continue;
    }
    const [, key, quoted, bare] =
      /^\s*([\w-]+)\s*=\s*(?:"([^"]*)"|'?([^'#]*?)'?)\s*(?:#.*)?$/.exec(line) ?? [];
    if (key !== undefined) tables.get(at)?.set(key, quoted ?? bare ?? '');
  }
  const top = tables.get('');
  return [...tables].flatMap(([name, values]) =>
    name.startsWith('model_providers.')
      ? entry(
          values.get('base_url'),
          values.get('experimental_bearer_token'),
          top?.get('model'),
          top?.get('model_context_window'),
        )
      : [],
  );
};

/** opencode and Kilo: `provider.<id>.options.baseURL`, a window per model. */
export const readOpencode = (source: string): readonly RawEntry[] =>
  Object.values(object(object(parseLooseJson(source))['provider'])).flatMap((provider) => {
    const { options, models } = object(provider) as { options?: unknown; models?: unknown };
    const { baseURL, apiKey } = object(options) as { baseURL?: unknown; apiKey?: unknown };
    const named = Object.entries(object(models));
    if (named.length === 0) return entry(baseURL, apiKey, undefined, undefined);
    return named.flatMap(([id, model]) =>
      entry(baseURL, apiKey, id, object(object(model)['limit'])['context']),
    );
  });

export const readContinue = (source: string): readonly RawEntry[] => {
  let found: unknown;
  try {
    found = parse(source);
  } catch {
    return [];
  }
  return list(object(found)['models']).flatMap((model) =>
    entry(
      model['apiBase'],
      model['apiKey'],
      model['model'],
      object(model['defaultCompletionOptions'])['contextLength'],
    ),
  );
};

export const readCline = (source: string): readonly RawEntry[] =>
  Object.values(object(object(parseLooseJson(source))['providers'])).flatMap((provider) => {
    const settings = object(object(provider)['settings']);
    return entry(settings['baseUrl'], settings['apiKey'], settings['model'], settings['contextWindow']);
  });

/** VS Code: an address per model, the window in two parts. */
export const readVsCode = (source: string): readonly RawEntry[] =>
  list(parseLooseJson(source)).flatMap((provider) =>
    list(provider['models']).flatMap((model) => {
      const sum = (count(model['maxInputTokens']) ?? 0) + (count(model['maxOutputTokens']) ?? 0);
      const window = count(model['contextWindow']) ?? (sum > 0 ? sum : undefined);
      return entry(model['url'] ?? provider['url'], provider['apiKey'], model['id'], window);
    }),
  );

export const readZed = (source: string): readonly RawEntry[] => {
  const providers = object(object(object(parseLooseJson(source))['language_models'])['openai_compatible']);
  return Object.values(providers).flatMap((provider) => {
    const { api_url, available_models } = object(provider) as {
      api_url?: unknown;
      available_models?: unknown;
    };
    return list(available_models).flatMap((model) =>
      entry(api_url, undefined, model['name'], model['max_tokens']),
    );
  });
};

export const readQwen = (source: string): readonly RawEntry[] => {
  const root = object(parseLooseJson(source));
  const auth = object(object(root['security'])['auth']);
  const providers = list(object(root['modelProviders'])['openai']);
  return [
    ...entry(auth['baseUrl'], auth['apiKey'], object(root['model'])['name'], undefined),
    ...providers.flatMap((model) => entry(model['baseUrl'], undefined, model['id'], undefined)),
  ];
};

export const readPi = (source: string): readonly RawEntry[] =>
  Object.values(object(object(parseLooseJson(source))['providers'])).flatMap((provider) => {
    const { baseUrl, apiKey, models } = object(provider) as Readonly<
      Record<'baseUrl' | 'apiKey' | 'models', unknown>
    >;
    return list(models).flatMap((model) => entry(baseUrl, apiKey, model['id'], model['contextWindow']));
  });
