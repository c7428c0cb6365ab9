import { z } from 'zod';
import { type SettingKey, settingKeys, settings, variableOf } from '../../src/config/schema.ts';
import { otherVariables } from '../../src/config/stray-variables.ts';

interface Shape {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
}

/** What zod gives where a whole number has no other bound. */
const unbounded = (limit: number | undefined): boolean =>
  limit === undefined || Math.abs(limit) === Number.MAX_SAFE_INTEGER;

const words: Readonly<Record<string, string>> = {
  string: 'text',
  array: 'list: `a,b`',
  object: 'pairs: `a=x,b=y`',
  boolean: '`true`, `false`',
};

const values = ({ type = '', enum: choices, minimum, maximum }: Shape): string => {
  if (choices) return choices.map((choice) => `\`${choice}\``).join(', ');
  if (type !== 'integer') return words[type] ?? type;
  const from = unbounded(minimum) ? '' : ` from ${minimum}`;
  return `whole number${from}${unbounded(maximum) ? '' : ` to ${maximum}`}`;
};

const row = (key: SettingKey): string => {
  const shape = z.toJSONSchema(settings[key], { io: 'input' }) as Shape;
  const standard = shape.default === undefined ? '' : `\`${shape.default}\``;
  return `| \`${key}\` | \`${variableOf(key)}\` | ${values(shape)} | ${standard} | ${settings[key].description} |`;
};

export const configurationPage = (): string => `# Configuration

Settings come from these places; later ones win:

1. defaults
2. \`config.yaml\` (\`localai config path\` says where it is)
3. \`LOCALAI_*\` variables
4. flags of a command

\`localai config list\` shows every value and where it came from. \`localai config set gateway.port 9000\` writes to the
file, keeps your comments and refuses what is not valid. In the file, dots are levels:

\`\`\`yaml
schemaVersion: 1
gateway:
  port: 9000
  allowedHosts: [box.lan, ai.example.org]
routing:
  aliases:
    my-model: general
    gpt-*: coder
\`\`\`

Lists and pairs can also be written as in a variable or after \`config set\`: \`allowedHosts: box.lan,ai.example.org\`.

A key that does not exist and a value that does not fit are errors that name file and line. A \`LOCALAI_*\` variable that
does not exist only warns, since another project uses that prefix, too.

## Settings

| key | variable | value | default | meaning |
|---|---|---|---|---|
${settingKeys.map(row).join('\n')}

## Other variables

| variable | meaning |
|---|---|
${Object.entries({ ...otherVariables, ...foreignVariables })
  .map(([name, meaning]) => `| \`${name}\` | ${meaning} |`)
  .join('\n')}
`;

/** Of other tools, followed by us. */
const foreignVariables = {
  HF_TOKEN: 'the token for gated and private models; also read from the token file of `hf auth login`',
  'HF_HOME, HF_HUB_CACHE': 'where models are kept, shared with other tools',
  HF_ENDPOINT: 'a mirror of the model hub',
  HF_HUB_OFFLINE: '`1`: never ask the hub',
  'HTTPS_PROXY, HTTP_PROXY, NO_PROXY': 'the proxy for downloads; this machine is never reached through it',
  NO_COLOR: 'any value: no colours',
  FORCE_COLOR: '`1`: colours even without a terminal',
  CI: 'any value but `false`: never ask a question',
} as const;
