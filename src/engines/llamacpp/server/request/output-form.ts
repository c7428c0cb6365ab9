import { isFailure } from '../../../../errors.ts';
import { jsonObjectGbnf, schemaToGbnf } from '../../grammar/schema-to-gbnf.ts';
import type { ChatRequest } from './chat-request.ts';
import { badRequest, RequestError } from './request-error.ts';
import type { SharedFields } from './request-fields.ts';

/** The form that the text of an answer must have. */
export interface OutputForm {
  readonly gbnf: string;
  /** Set where the grammar lets through more than the schema: the answer must be checked against it. */
  readonly schema?: unknown;
  /** The field that asked for it. */
  readonly param: string;
}

type ResponseFormat = NonNullable<ChatRequest['response_format']>;

interface Wish {
  readonly param: string;
  readonly form: () => OutputForm;
}

const wish = <T>(
  param: string,
  wanted: T | null | undefined,
  make: (wanted: T, param: string) => OutputForm,
): readonly Wish[] =>
  wanted === undefined || wanted === null ? [] : [{ param, form: () => make(wanted, param) }];

/** What `response_format`, `structured_outputs` or a `guided_*` field asks for; at most one of them may. */
export const outputForm = (
  request: SharedFields & { readonly response_format?: ResponseFormat | null | undefined },
  checkGrammar: (gbnf: string) => void,
): OutputForm | undefined => {
  const outputs = request.structured_outputs;
  const format = request.response_format?.type === 'text' ? undefined : request.response_format;
  const fromGrammar = grammarForm(checkGrammar);
  const [first, second] = [
    ...wish('response_format', format, fromFormat),
    ...wish('structured_outputs.json', outputs?.json, fromSchema),
    ...wish('structured_outputs.json_object', outputs?.json_object || undefined, anyObject),
    ...wish('structured_outputs.choice', outputs?.choice, fromChoice),
    ...wish('structured_outputs.grammar', outputs?.grammar, fromGrammar),
    ...wish('guided_json', request.guided_json, fromSchema),
    ...wish('guided_choice', request.guided_choice, fromChoice),
    ...wish('guided_grammar', request.guided_grammar, fromGrammar),
  ];
  if (second) throw badRequest(`${second.param} cannot be combined with ${first?.param}`, second.param);
  return first?.form();
};

const anyObject = (_: unknown, param: string): OutputForm => ({ gbnf: jsonObjectGbnf, param });

const fromFormat = (format: ResponseFormat, param: string): OutputForm => {
  if (format.type !== 'json_schema') return anyObject(format, param);
  if (format.json_schema.schema !== undefined) return fromSchema(format.json_schema.schema, param);
  throw badRequest('response_format.json_schema.schema is missing', 'response_format');
};

/** A schema may come as JSON text (vLLM takes both). */
const fromSchema = (value: unknown, param: string): OutputForm => {
  const schema = typeof value === 'string' ? parseSchema(value, param) : value;
  const { gbnf, exact } = schemaErrorsAs400(param, () => schemaToGbnf(schema));
  return exact ? { gbnf, param } : { gbnf, schema, param };
};

const parseSchema = (text: string, param: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest('the JSON Schema is not valid JSON', param);
  }
};

/** Runs `work`; a schema that no grammar can be made of becomes a 400 that names the field it came in. */
export const schemaErrorsAs400 = <T>(param: string, work: () => T): T => {
  try {
    return work();
  } catch (caught) {
    if (isFailure(caught, 'SCHEMA')) throw new RequestError(400, caught.message, param);
    throw caught;
  }
};

/** JSON's escapes are GBNF's but for two. */
const literal = (text: string): string =>
  JSON.stringify(text).replaceAll('\\b', '\\x08').replaceAll('\\f', '\\x0C');

const fromChoice = (texts: readonly string[], param: string): OutputForm => ({
  gbnf: `root ::= ${texts.map(literal).join(' | ')}\n`,
  param,
});

const grammarForm =
  (check: (gbnf: string) => void) =>
  (gbnf: string, param: string): OutputForm => {
    try {
      check(gbnf);
    } catch {
      throw badRequest('the grammar cannot be read; it must be in GBNF with a rule named root', param);
    }
    return { gbnf, param };
  };
