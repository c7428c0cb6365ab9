import { danglingAliases } from '../../api/dangling-aliases.ts';
import type { GatewayConfig } from '../../api/gateway-config.ts';
import type { Paint } from '../../output/output.ts';
import type { ApplyResult } from '../../stack/apply.ts';

/** What a person needs once it runs. */
export interface Summary {
  readonly url: string;
  readonly modelId: string;
  /** Further models, with what they are for. */
  readonly others: readonly string[];
  /** What models are not good for, a line each. */
  readonly caveats: readonly string[];
  readonly key: string;
  /** Honest words of the engine and of the plan. */
  readonly notes: readonly string[];
  /** False when the model still loads. */
  readonly ready: boolean;
}

const aliasNotes = ({ models, routing }: GatewayConfig): readonly string[] => {
  const aliases = routing?.aliases ?? {};
  return danglingAliases(models, aliases).map(
    (alias) =>
      `routing.aliases: "${alias}" stands for "${aliases[alias]}", which is not served; it means nothing.`,
  );
};

/** What a stack came to, as far as it is shown. */
type Shown = Pick<ApplyResult, 'config' | 'applied' | 'models'> & {
  readonly record: { readonly gateway: { readonly url: string } };
};

export const summaryOf = ({ record, config, applied, models }: Shown, key: string): Summary => ({
  url: record.gateway.url,
  modelId: config.models[0]?.id ?? '',
  others: config.models.slice(1).map(({ id, roles }) => `${id} (${roles.join(', ')})`),
  caveats: applied.served.flatMap(({ planned: { id, caveat }, model }) =>
    caveat === null ? [] : [`${id ?? model.id}: ${caveat}.`],
  ),
  key,
  notes: [...applied.plan.notes, ...models.flatMap(({ notes }) => notes), ...aliasNotes(config)],
  ready: models.length > 0 && models.every(({ state }) => state !== 'loading'),
});

const curl = ({ url, key, modelId }: Summary): readonly string[] => [
  `  curl ${url}/v1/chat/completions \\`,
  `    -H 'Authorization: Bearer ${key}' -H 'Content-Type: application/json' \\`,
  `    -d '${JSON.stringify({ model: modelId, messages: [{ role: 'user', content: 'Say hello.' }] })}'`,
];

/** The last words of `up`: the address, what an editor wants to know, and one line to try it. */
export const summaryLines = (summary: Summary, paint: Paint): readonly string[] => [
  `localai is up at ${paint.bold(summary.url)}${summary.ready ? '' : '; the model is still loading'}`,
  '',
  'Your editor or agent wants (OpenAI-compatible):',
  `  base URL  ${paint.cyan(`${summary.url}/v1`)}`,
  `  API key   ${paint.cyan(summary.key)}   ${paint.dim('(again: {localai} key show)')}`,
  `  model     ${paint.cyan(summary.modelId)}`,
  ...summary.others.map((other) => `  or        ${paint.cyan(other)}`),
  ...(summary.caveats.length === 0 ? [] : ['']),
  ...summary.caveats.map((caveat) => `${paint.yellow('Note:')} ${caveat}`),
  ...summary.notes.map((note) => `${paint.yellow('Note:')} ${note}`),
  '',
  'Try it:',
  '  {localai} chat "Write a haiku about disks."',
  ...curl(summary),
  '',
  paint.dim('How it is: {localai} status   Does all of it work: {localai} verify   Stop it: {localai} down'),
];
