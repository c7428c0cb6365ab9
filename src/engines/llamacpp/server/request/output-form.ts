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

type ResponseFormat = ChatRequest['response_format'];
type Wish = readonly [param: string, wanted: unknown, form: (param: string) => OutputForm];

/** What `response_format`, `structured_outputs` or a `guided_*` field asks for; at most one of them may. */
export const outputForm = (
  request: SharedFields & { readonly response_format?: ResponseFormat },
  checkGrammar: (gbnf: string) => void,
): OutputForm | undefined => {
  const outputs = request.structured_outputs;
  const format = request.response_format;
  const schema = (value: unknown) => (param: string) => fromSchema(value, param);
  const choice = (texts: readonly string[] | null | undefined) => (param: string) =>
    fromChoice(texts ?? [], param);
  const grammar = (gbnf: string | null | undefined) => (param: string) =>
    fromGrammar(gbnf ?? '', param, checkGrammar);
  const object = (param: string): OutputForm => ({ gbnf: jsonObjectGbnf, param });
  const wishes: readonly Wish[] = [
    ['response_format', format && format.type !== 'text', (param) => fromFormat(format, param)],
    ['structured_outputs.json', outputs?.json, schema(outputs?.json)],
    ['structured_outputs.json_object', outputs?.json_object || undefined, object],
    ['structured_outputs.choice', outputs?.choice, choice(outputs?.choice)],
    ['structured_outputs.grammar', outputs?.grammar, grammar(outputs?.grammar)],
    ['guided_json', request.guided_json, schema(request.guided_json)],
    ['guided_choice', request.guided_choice, choice(request.guided_choice)],
    ['guided_grammar', request.guided_grammar, grammar(request.guided_grammar)],
  ];
  const [first, second] = wishes.filter(
    ([, wanted]) => wanted !== undefined && wanted !== null && wanted !== false,
  );
  if (second) throw badRequest(`${second[0]} cannot be combined with ${first?.[0]}`, second[0]);
  return first?.[2](first[0]);
};

const fromFormat = (format: ResponseFormat, param: string): OutputForm => {
  if (format?.type !== 'json_schema') return { gbnf: jsonObjectGbnf, param };
  if (format.json_schema.schema === undefined) {
    throw badRequest('response_format.json_schema.schema is missing', 'response_format');
  }
  return fromSchema(format.json_schema.schema, param);
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

const fromGrammar = (gbnf: string, param: string, check: (gbnf: string) => void): OutputForm => {
  try {
    check(gbnf);
  } catch {
    throw badRequest('the grammar cannot be read; it must be in GBNF with a rule named root', param);
  }
  return { gbnf, param };
};
