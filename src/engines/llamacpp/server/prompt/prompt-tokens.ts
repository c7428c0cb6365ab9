import type { Token } from '../../runtime/runtime.ts';
import type { RenderedChat } from '../../template/render-chat.ts';
import type { PromptInput } from '../request/completion-request.ts';
import { badRequest } from '../request/request-error.ts';
import type { ServedModel } from '../served-model.ts';

const bos = ({ runtime }: ServedModel): Token[] => {
  const { addBos, bosText } = runtime.facts;
  return addBos && bosText !== '' ? runtime.tokenize(bosText, true).slice(0, 1) : [];
};

/** With the token in front that the model expects there, unless the text has it already. */
const withBos = (model: ServedModel, tokens: readonly Token[]): readonly Token[] => {
  const [first] = bos(model);
  return first === undefined || tokens[0] === first ? tokens : [first, ...tokens];
};

/** The tokens of a rendered chat; a template writes the first token itself. */
export const chatTokens = (model: ServedModel, chat: RenderedChat): readonly Token[] => {
  const tokens = chat.segments.flatMap(({ text, special }) => model.runtime.tokenize(text, special));
  return chat.usedDefaultTemplate ? withBos(model, tokens) : tokens;
};

/** The tokens of a raw prompt: control tokens written in it count as such, as in vLLM. */
export const textTokens = (model: ServedModel, text: string, special: boolean): readonly Token[] => {
  const tokens = model.runtime.tokenize(text, true);
  return special ? withBos(model, tokens) : tokens;
};

/** One list of tokens for each prompt of a request. Throws a 400 for tokens that the model has not. */
export const promptList = (
  model: ServedModel,
  input: PromptInput,
  special: boolean,
  param: string,
): readonly (readonly Token[])[] => {
  const inputs = typeof input === 'string' || typeof input[0] === 'number' ? [input] : input;
  return inputs.map((one) => {
    if (typeof one === 'string') return textTokens(model, one, special);
    return checkTokens(model, one as readonly Token[], param);
  });
};

/** Throws a 400 for tokens that the model has not. */
export const checkTokens = (
  model: ServedModel,
  tokens: readonly Token[],
  param: string,
): readonly Token[] => {
  const { vocabularySize } = model.runtime.facts;
  const outside = tokens.find((token) => token >= vocabularySize);
  if (outside === undefined) return tokens;
  throw badRequest(`Token id ${outside} is out of vocabulary. Vocabulary size: ${vocabularySize}`, param);
};

/** A prompt that asks for what stands between `before` and `after`. Throws a 400 where the model has no tokens for it. */
export const fillInTokens = (model: ServedModel, before: string, after: string): readonly Token[] => {
  const { fim } = model.runtime.facts;
  if (!fim) {
    throw badRequest('suffix is not supported: this model has no tokens for filling in the middle', 'suffix');
  }
  // Code may contain a control token's text; there it is text.
  const plain = (text: string): Token[] => model.runtime.tokenize(text, false);
  return [...bos(model), fim.prefix, ...plain(before), fim.suffix, ...plain(after), fim.middle];
};
