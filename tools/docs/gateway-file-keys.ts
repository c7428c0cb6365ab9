import { z } from 'zod';
import { gatewayConfig } from '../../src/api/gateway-config.ts';

type Schema = z.core.JSONSchema.BaseSchema;

/** A key of gateway.yaml: where it stands, what it takes, what it is when it is absent, what it means. */
interface Key {
  readonly path: string;
  readonly form: string;
  readonly standard: string;
  readonly meaning: string;
}

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null;

const numberForm = (kind: string, { minimum, exclusiveMinimum, maximum }: Schema): string => {
  const bounded = maximum !== undefined && maximum < Number.MAX_SAFE_INTEGER;
  const above = exclusiveMinimum === undefined ? '' : ` above ${exclusiveMinimum}`;
  const from = minimum === undefined || minimum <= Number.MIN_SAFE_INTEGER ? above : ` from ${minimum}`;
  return `${kind}${from}${bounded ? ` to ${maximum}` : ''}`;
};

const formOf = (schema: Schema): string => {
  const { anyOf, const: only, enum: values, type, items, properties, additionalProperties } = schema;
  if (only !== undefined) return `\`${only}\``;
  if (values) return values.map((value) => `\`${value}\``).join(', ');
  if (anyOf) return anyOf.filter(isSchema).map(formOf).join(' or ');
  if (type === 'array') return `list of ${isSchema(items) ? formOf(items) : 'values'}`;
  if (type === 'integer') return numberForm('whole number', schema);
  if (type === 'number') return numberForm('number', schema);
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'string') return 'text';
  if (properties) return `\`{ ${Object.keys(properties).join(', ')} }\``;
  return additionalProperties ? 'pairs' : 'anything';
};

/** A section's own keys are listed one by one; a choice between two forms of an object is one key. */
const below = ({ type, properties, items }: Schema): readonly [string, unknown][] | undefined => {
  if (type === 'object' && properties) return Object.entries(properties);
  const of = type === 'array' && isSchema(items) ? items.properties : undefined;
  return of && Object.entries(of);
};

/** A default as it is written; nothing for one that is empty. */
const standardText = (value: unknown): string =>
  value === undefined || value === '' || isSchema(value) ? '' : `\`${value}\``;

const keysOf = (schema: Schema, path: string): readonly Key[] => {
  const inner = below(schema);
  if (!inner) {
    const { description = '', default: standard } = schema;
    return [{ path, form: formOf(schema), standard: standardText(standard), meaning: description }];
  }
  const prefix = path === '' ? '' : `${path}${schema.type === 'array' ? '[]' : ''}.`;
  return inner.flatMap(([name, value]) => (isSchema(value) ? keysOf(value, `${prefix}${name}`) : []));
};

const cell = (words: string): string => words.replaceAll('|', '\\|');

/** All keys of gateway.yaml as a table. */
export const gatewayFileKeys = (): string => {
  const rows = keysOf(z.toJSONSchema(gatewayConfig, { io: 'input' }), '').map(
    ({ path, form, standard, meaning }) =>
      `| \`${path}\` | ${cell(form)} | ${cell(standard)} | ${cell(meaning)} |`,
  );
  return ['| key | value | default | meaning |', '|---|---|---|---|', ...rows].join('\n');
};
