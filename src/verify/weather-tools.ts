import { z } from 'zod';
import type { ToolCall } from './chat-answer.ts';
import { Mismatch, must, PassedOver } from './result.ts';
import { parsed, shaped } from './shape.ts';

/** Two tools whose arguments are bounded everywhere, so that a model that loops comes to an end. */

const cities = ['Paris', 'Rome', 'Oslo'] as const;
const units = ['celsius', 'fahrenheit'] as const;

const city = { type: 'string', enum: cities };

const weatherParameters = {
  type: 'object',
  properties: { city, unit: { type: 'string', enum: units } },
  required: ['city', 'unit'],
  additionalProperties: false,
};

const timeParameters = {
  type: 'object',
  properties: { city },
  required: ['city'],
  additionalProperties: false,
};

const tool = (name: string, description: string, parameters: object): object => ({
  type: 'function',
  // Without it vLLM promises the call and not the schema of its arguments.
  function: { name, description, parameters, strict: true },
});

export const tools = [
  tool('get_weather', 'Says what the weather is in a city now.', weatherParameters),
  tool('get_time', 'Says what time it is in a city now.', timeParameters),
];

export const forceWeather = { type: 'function', function: { name: 'get_weather' } };

const argumentForms: Readonly<Record<string, z.ZodType>> = {
  get_weather: z.strictObject({ city: z.enum(cities), unit: z.enum(units) }),
  get_time: z.strictObject({ city: z.enum(cities) }),
};

/** Throws PassedOver where a call was demanded and none came. */
export const mustCall = (calls: readonly ToolCall[]): void => {
  if (calls.length === 0) throw new PassedOver('no call, and one was required');
};

/** Throws a Mismatch unless every call is of a tool that there is, with arguments that it takes, under an id of its own. */
export const checkCalls = (calls: readonly ToolCall[]): void => {
  for (const { function: called } of calls) {
    const form = argumentForms[called.name];
    if (!form) throw new Mismatch(`calls ${called.name}, which is none of the tools`);
    const given = parsed(called.arguments, `the arguments of ${called.name}`);
    shaped(form, given, `the arguments of ${called.name}, ${called.arguments},`);
  }
  const ids = new Set(calls.map(({ id }) => id));
  must(ids.size === calls.length, 'two calls have the same id');
};

export const callText = (calls: readonly ToolCall[]): string =>
  calls
    .map(({ function: { name, arguments: given } }) => `${name}(${given.replace(/\s+/g, ' ')})`)
    .join(', ');

const wantedCalls = z
  .array(z.strictObject({ tool: z.literal('get_weather'), city: z.enum(cities), unit: z.enum(units) }))
  .length(2);

/** A form of answer that is two calls, whatever the model thinks of it. */
export const twoCallsForm = {
  type: 'json_schema',
  json_schema: {
    name: 'calls',
    strict: true,
    schema: {
      type: 'array',
      minItems: 2,
      maxItems: 2,
      items: {
        type: 'object',
        properties: {
          tool: { type: 'string', enum: ['get_weather'] },
          city,
          unit: { type: 'string', enum: units },
        },
        required: ['tool', 'city', 'unit'],
        additionalProperties: false,
      },
    },
  },
};

/** What was answered in that form, as calls. Ids are nine letters: Mistral's templates take no others. */
export const twoCalls = (text: string): readonly ToolCall[] =>
  shaped(wantedCalls, parsed(text, 'the answer'), 'the answer').map(({ tool: name, ...given }, index) => ({
    id: `callno00${index + 1}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(given) },
  }));

/** A conversation in which these calls were made and answered. */
export const history = (question: string, calls: readonly ToolCall[]): readonly object[] => [
  { role: 'user', content: question },
  { role: 'assistant', content: null, tool_calls: calls },
  ...calls.map(({ id, function: { name } }, index) => ({
    ...{ role: 'tool', tool_call_id: id, name },
    content: JSON.stringify({ degrees: 18 + index, sky: 'clear' }),
  })),
];
