import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineLibrary } from '../../../../test/support/engine.ts';
import { OptionalProperties, toolFixtures } from '../../../../test/support/gbnf/tool-schemas.ts';
import { smokeModel } from '../../../../test/support/smoke-model.ts';
import { realSystem } from '../../../system/system.ts';
import { openRuntime } from '../runtime/open-runtime.ts';
import type { Runtime, Sampling } from '../runtime/runtime.ts';
import { jsonObjectGbnf, schemaToGbnf } from './schema-to-gbnf.ts';
import { validateInstance } from './validate.ts';

const folder = mkdtempSync(join(tmpdir(), 'grammar-'));
let runtime: Runtime;

beforeAll(async () => {
  const spec = {
    libraryFolder: await engineLibrary(),
    file: smokeModel,
    modelId: 'small',
    contextTokens: 1024,
    parallel: 1,
    threads: 1,
    cores: 2,
    gpu: 'off',
    memoryBytes: 4e9,
    tuningFile: join(folder, 'threads.json'),
    socket: join(folder, 'engine.sock'),
  } as const;
  runtime = await openRuntime(spec, { system: realSystem() });
});

afterAll(async () => {
  await runtime?.close();
  rmSync(folder, { recursive: true, force: true });
});

const tools = toolFixtures();
const seeds = [1, 2, 3];

/** As many as take some ten seconds. */
const asked = tools.filter((_, place) => place % 4 !== 0);

/** What it was trained on, so that it writes short values. */
const question = '<|im_start|>user\nmake something up as JSON<|im_end|>\n<|im_start|>assistant\n';

/** A small model left alone writes long texts; quotes are made likelier so that an answer ends soon. */
const endings = ['"', '",', '"}', '"]', '"},', '"],', '"}]', '}', ']', '}]'];

const sampling = (seed: number): Sampling => ({
  // A model that is sure of itself would write the same each time.
  temperature: 2,
  topP: 1,
  topK: 0,
  minP: 0,
  seed,
  presencePenalty: 0,
  frequencyPenalty: 0,
  repetitionPenalty: 1,
  logitBias: new Map(
    endings
      .map((text) => runtime.tokenize(text, false))
      .flatMap(([token, ...rest]) => (token === undefined || rest.length > 0 ? [] : [[token, 8]])),
  ),
});

const generate = async (
  gbnf: string,
  seed: number,
  maxTokens: number,
): Promise<{ text: string; whole: boolean }> => {
  let text = '';
  const { reason } = await runtime.generate({
    prompt: runtime.tokenize(question, true),
    maxTokens,
    sampling: sampling(seed),
    grammar: () => gbnf,
    signal: new AbortController().signal,
    onToken: (_token, piece) => {
      text += piece;
      return false;
    },
  });
  return { text, whole: reason === 'stop' };
};

test('llama.cpp takes the grammar of every tool', () => {
  runtime.checkGrammar(jsonObjectGbnf);
  for (const { name, parameters } of tools) {
    expect(() => runtime.checkGrammar(schemaToGbnf(parameters).gbnf), name).not.toThrow();
  }
});

test('llama.cpp takes long counts, long enums, closed names and every format', () => {
  const formats = ['date', 'time', 'date-time', 'uuid', 'email', 'hostname', 'uri', 'ipv4', 'ipv6'];
  const schemas: readonly unknown[] = [
    ...formats.map((format) => ({ type: 'string', format })),
    { type: 'string', minLength: 2100, maxLength: 60_000 },
    {
      type: 'array',
      items: { type: 'array', items: { type: 'string', maxLength: 900 }, maxItems: 900 },
      minItems: 600,
    },
    { enum: Array.from({ length: 1000 }, (_, place) => `Area/City ${place} [é] ^-"\\`) },
    { type: 'object', properties: { 'a-b': {}, 'a]^"': {} }, additionalProperties: true },
    { type: 'string', pattern: '^[\\]^\\\\"\\n-]+(?:[^\\s-]{3,5}|\\x00)*$' },
    { type: 'number', exclusiveMinimum: -12.5, exclusiveMaximum: 1e6 },
  ];
  for (const schema of schemas) runtime.checkGrammar(schemaToGbnf(schema).gbnf);
});

test('what the model writes for each tool is valid, and optional properties come and go', async () => {
  const optional = new OptionalProperties();
  let whole = 0;
  expect(asked.length).toBeGreaterThanOrEqual(100);
  for (const { name, parameters } of asked) {
    const { gbnf, exact } = schemaToGbnf(parameters);
    for (const seed of seeds) {
      const answer = await generate(gbnf, seed, 80);
      if (!answer.whole) continue;
      whole += 1;
      const value: unknown = JSON.parse(answer.text);
      const verdict = validateInstance(parameters, value);
      if (exact) expect({ name, seed, text: answer.text, ...verdict }).toMatchObject({ outcome: 'valid' });
      optional.add(parameters, value, name);
    }
  }
  expect(whole).toBeGreaterThan(asked.length * seeds.length * 0.7);
  expect(optional.sometimesThere.length).toBeGreaterThan(20);
});
