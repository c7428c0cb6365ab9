import { z } from 'zod';
import type { ModelCheck } from '../check.ts';
import { must, ok } from '../result.ts';
import { parsed, shaped } from '../shape.ts';
import { chatToTheEnd } from '../to-the-end.ts';

/** Bounded everywhere, so that a model that loops cannot go on for ever within it. */
const schema = {
  type: 'object',
  properties: {
    colour: { type: 'string', enum: ['red', 'green', 'blue'] },
    warm: { type: 'boolean' },
    tags: {
      type: 'array',
      items: { type: 'string', enum: ['sky', 'grass', 'fire'] },
      minItems: 1,
      maxItems: 2,
    },
  },
  required: ['colour', 'warm', 'tags'],
  additionalProperties: false,
};

/** The same, to check with. */
const form = z.strictObject({
  colour: z.enum(['red', 'green', 'blue']),
  warm: z.boolean(),
  tags: z
    .array(z.enum(['sky', 'grass', 'fire']))
    .min(1)
    .max(2),
});

const jsonSchema: ModelCheck = {
  id: 'json-schema',
  needs: 'chat',
  title: 'keeps to a JSON schema',
  run: async (scene, model) => {
    const { text } = await chatToTheEnd(scene, model, 'Describe a colour as JSON.', 120, {
      response_format: { type: 'json_schema', json_schema: { name: 'colour', schema, strict: true } },
    });
    shaped(form, parsed(text, 'the answer'), 'the answer');
    return ok(text.replace(/\s+/g, ' ').trim());
  },
};

const jsonObject: ModelCheck = {
  id: 'json-object',
  needs: 'chat',
  title: 'answers in JSON without a schema',
  run: async (scene, model) => {
    const { text } = await chatToTheEnd(scene, model, 'Answer with the JSON object {"ok": true}.', 200, {
      response_format: { type: 'json_object' },
    });
    const value = parsed(text, 'the answer');
    must(typeof value === 'object' && value !== null && !Array.isArray(value), `no object: ${text}`);
    return ok(text.replace(/\s+/g, ' ').trim().slice(0, 60));
  },
};

export const formChecks: readonly ModelCheck[] = [jsonSchema, jsonObject];
