import type { GatewayLimits } from '../../api/gateway-config.ts';
import { failure, type LocalaiError } from '../../errors.ts';

/** A request's body, parsed: nothing is known of it. */
export type Fields = Readonly<Record<string, unknown>>;

/** Fields of a body that get another value, by their names. */
export type Changes = Readonly<Record<string, number>>;

export interface Wanted {
  /** Tokens of an answer, after any change; undefined when the request does not say. */
  readonly maxTokens: number | undefined;
  /** What is lowered to what this gateway allows; undefined when nothing is. */
  readonly changes: Changes | undefined;
}

const wrong = (param: string, problem: string): LocalaiError =>
  failure('REQUEST_PARAMETER', { param, problem });

/** A whole number, or undefined when it is absent or null. */
const wholeNumber = (fields: Fields, param: string): number | undefined => {
  const value = fields[param];
  if (value === undefined || value === null) return undefined;
  if (!Number.isInteger(value)) throw wrong(param, 'must be a whole number');
  return value as number;
};

const isObject = (value: unknown): value is Fields => typeof value === 'object' && value !== null;

/** Characters of a message's content: a text, or parts of which some are texts. */
const charactersOf = (content: unknown): number => {
  if (typeof content === 'string') return content.length;
  if (!Array.isArray(content)) return 0;
  let sum = 0;
  for (const part of content)
    if (isObject(part) && typeof part['text'] === 'string') sum += part['text'].length;
  return sum;
};

const checkText = (param: string, content: unknown, most: number): void => {
  const found = charactersOf(content);
  if (found <= most) return;
  throw wrong(param, `has ${found} characters; at most ${most} are taken (limits.messageChars)`);
};

const checkMessages = ({ messages }: Fields, most: number, characters: number | undefined): void => {
  if (messages === undefined) return;
  if (!Array.isArray(messages)) throw wrong('messages', 'must be a list');
  if (messages.length > most) {
    throw wrong('messages', `has ${messages.length} messages; at most ${most} are taken (limits.messages)`);
  }
  if (characters === undefined) return;
  for (const [index, message] of messages.entries()) {
    if (isObject(message)) checkText(`messages[${index}].content`, message['content'], characters);
  }
};

const checkPrompt = ({ prompt }: Fields, most: number): void => {
  const prompts: readonly unknown[] = Array.isArray(prompt) ? prompt : [prompt];
  for (const one of prompts) if (typeof one === 'string') checkText('prompt', one, most);
};

const checkAnswers = (fields: Fields, param: string, most: number): void => {
  const answers = wholeNumber(fields, param);
  if (answers !== undefined && answers > most) {
    throw wrong(param, `may be at most ${most} here (limits.n)`);
  }
};

const tokenFields = ['max_tokens', 'max_completion_tokens'] as const;

/** `isChat`: an answer without a limit of its own would fill the context; a plain completion takes 16 tokens then. */
const wantedTokens = (fields: Fields, most: number | undefined, isChat: boolean): Wanted => {
  let maxTokens: number | undefined;
  let changes: Record<string, number> | undefined;
  for (const param of tokenFields) {
    const wanted = wholeNumber(fields, param);
    if (wanted === undefined) continue;
    const given = most === undefined ? wanted : Math.min(wanted, most);
    if (given !== wanted) changes = { ...changes, [param]: given };
    maxTokens ??= given;
  }
  if (maxTokens !== undefined || most === undefined || !isChat) return { maxTokens, changes };
  return { maxTokens: most, changes: { max_tokens: most } };
};

/**
 * Checks what a request for an answer asks for; no more is looked at than has a limit. Throws REQUEST_PARAMETER.
 */
export const requestLimits =
  ({ messages, messageChars, maxTokens, n }: GatewayLimits) =>
  (fields: Fields, isChat: boolean): Wanted => {
    checkMessages(fields, messages, messageChars);
    if (messageChars !== undefined) checkPrompt(fields, messageChars);
    checkAnswers(fields, 'n', n);
    checkAnswers(fields, 'best_of', n);
    return wantedTokens(fields, maxTokens, isChat);
  };
