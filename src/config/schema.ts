import { z } from 'zod';
import { list, pairs, wordLists } from './value-forms.ts';

/**
 * The user's settings. One schema; `config.yaml`, the LOCALAI_* variables, flags, `localai config list` and
 * docs/configuration.md all come from it. Keys are written with dots (`gateway.port`), nested in the file; the
 * variable of a key is LOCALAI_ and the key in capitals with underscores (LOCALAI_GATEWAY_PORT).
 */

/** A name in a Host header, with or without its port. */
const hostName = z
  .string()
  .regex(/^(\*\.)?[\w-]+(\.[\w-]+)*(:\d+)?$/, 'must be host names, e.g. box.lan or *.example.org');

export const settings = {
  model: z
    .string()
    .optional()
    .describe(
      'the model to serve, or several with commas between them; when absent, `up` picks what fits this machine',
    ),
  engine: z
    .enum(['auto', 'llamacpp', 'llama-server', 'vllm', 'remote'])
    .default('auto')
    .describe(
      'what runs the models: `auto` picks by machine, `llamacpp` is the embedded engine, `llama-server` that of llama.cpp, `vllm` needs an NVIDIA card or much time, `remote` runs elsewhere',
    ),
  context: z
    .int()
    .min(256)
    .optional()
    .describe('tokens that fit in one request, prompt and answer together; when absent, what fits in memory'),
  parallel: z
    .int()
    .min(1)
    .max(1024)
    .optional()
    .describe('requests that an engine works on at once; more of them wait; when absent, 4, with vLLM 8'),
  threads: z
    .int()
    .min(1)
    .optional()
    .describe('CPU threads of the embedded engine; when absent, measured at the first load'),
  gpu: z
    .enum(['auto', 'off'])
    .default('auto')
    .describe('whether the embedded engine may use a graphics card'),
  'llamaServer.path': z
    .string()
    .min(1)
    .optional()
    .describe("llama.cpp's own server; when absent, `llama-server` on PATH"),
  'remote.url': z
    .string()
    .min(1)
    .optional()
    .describe('where the engine `remote` is: an OpenAI-compatible address, e.g. http://server:11434/v1'),
  'remote.keyFile': z.string().min(1).optional().describe('the file with the API key that it asks for'),
  'remote.keyVariable': z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'must be the name of a variable')
    .optional()
    .describe('the environment variable with that key, where no file holds it'),
  args: wordLists()
    .default({})
    .describe(
      "further flags for a model's engine, by the model's id or role, `*` for all: `coder: [--max-num-seqs, 4]`",
    ),
  removeArgs: wordLists()
    .default({})
    .describe("flags that a model's engine is not given, in the same form: `coder: [--enforce-eager]`"),
  'swap.mode': z
    .enum(['auto', 'always', 'never'])
    .default('auto')
    .describe(
      'whether several models of this machine share its memory and are loaded in turns: `auto` when they do not fit together',
    ),
  'swap.residenceSeconds': z
    .number()
    .min(0)
    .default(30)
    .describe('how long a model stays at least, once it is loaded, before another one may take its place'),
  'swap.idleMinutes': z
    .number()
    .positive()
    .optional()
    .describe('how long without a request until a model is unloaded; when absent, never'),
  'swap.pinned': list(z.string().min(1)).default([]).describe('ids of models that are never unloaded'),
  'gateway.host': z.string().default('127.0.0.1').describe('the address the gateway listens on'),
  'gateway.port': z.int().min(1).max(65_535).default(8080).describe('the port the gateway listens on'),
  'gateway.allowedHosts': list(hostName)
    .default([])
    .describe('further host names that this machine is called by; `*.` in front: all names below it'),
  'gateway.allowedOrigins': list(z.string().min(1))
    .default([])
    .describe(
      'web origins whose pages may use the gateway, beside those of this machine; `*` matches anything',
    ),
  'gateway.trustedProxies': list(z.union([z.ipv4(), z.ipv6()], 'must be IP addresses'))
    .default([])
    .describe('addresses of reverse proxies whose X-Forwarded-For says who asks'),
  'routing.strict': z
    .boolean()
    .default(false)
    .describe('whether an unknown or missing model name is an error, instead of meaning the general model'),
  'routing.aliases': pairs()
    .default({})
    .describe('further model names, each with the model or role it stands for; `*` matches anything'),
  'limits.bodyMiB': z.int().min(1).max(1024).default(32).describe("MiB of a request's body"),
  'limits.messages': z.int().min(1).default(10_000).describe('messages in one chat request'),
  'limits.messageChars': z
    .int()
    .min(1)
    .optional()
    .describe('characters of one message or prompt; when absent, as many as the body may hold'),
  'limits.maxTokens': z
    .int()
    .min(1)
    .optional()
    .describe('tokens of one answer; a request that wants more, or does not say, gets so many'),
  'limits.n': z.int().min(1).default(16).describe('answers to one request'),
  'limits.failedKeysPerMinute': z
    .int()
    .min(1)
    .default(60)
    .describe('requests with a missing or wrong key that an address may send in a minute'),
  'log.level': z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('how much the logs say'),
  'downloads.parallel': z
    .int()
    .min(1)
    .max(16)
    .default(4)
    .describe('files of a model that are fetched at once'),
} as const satisfies Record<string, z.ZodType>;

export type SettingKey = keyof typeof settings;

export type Settings = { readonly [K in SettingKey]: z.infer<(typeof settings)[K]> };

/** Where a value came from, later ones win. */
export type SettingOrigin = 'default' | 'file' | 'environment' | 'flag';

/** All settings with their origins. */
export interface Config {
  readonly values: Settings;
  readonly origins: Readonly<Record<SettingKey, { readonly from: SettingOrigin; readonly where: string }>>;
}

export const settingKeys = Object.keys(settings) as SettingKey[];

/** `gateway.port` → `LOCALAI_GATEWAY_PORT`, `limits.bodyMiB` → `LOCALAI_LIMITS_BODY_MIB`. */
export const variableOf = (key: SettingKey): string =>
  `LOCALAI_${key
    .replaceAll('.', '_')
    .replace(/([a-z])([A-Z][a-z])/g, '$1_$2')
    .toUpperCase()}`;
