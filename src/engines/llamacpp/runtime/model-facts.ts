import { basename } from 'node:path';
import type { LlamaModel } from './library.ts';
import type { ModelFacts, Token } from './runtime.ts';

/** What a model file says of itself. */
export type VocabularyFacts = Pick<
  ModelFacts,
  | 'file'
  | 'trainContextTokens'
  | 'vocabularySize'
  | 'chatTemplate'
  | 'bosText'
  | 'eosText'
  | 'addBos'
  | 'controlTexts'
  | 'fim'
>;

export const vocabularyFacts = (model: LlamaModel, file: string): VocabularyFacts => {
  const { tokens, fileInfo } = model;
  const vocabularySize = fileInfo.metadata.tokenizer?.ggml?.tokens?.length ?? 0;
  return {
    file: basename(file),
    trainContextTokens: model.trainContextSize,
    vocabularySize,
    chatTemplate: fileInfo.metadata.tokenizer?.chat_template,
    bosText: tokens.bosString ?? '',
    eosText: tokens.eosString ?? '',
    addBos: tokens.shouldPrependBosToken,
    controlTexts: controlTexts(model, vocabularySize),
    fim: fillInTokens(model),
  };
};

const controlTexts = (model: LlamaModel, vocabularySize: number): readonly string[] => {
  const texts: string[] = [];
  for (let token = 0; token < vocabularySize; token++) {
    if (!model.getTokenAttributes(token).control) continue;
    const text = model._model.getTokenString(token);
    if (text) texts.push(text);
  }
  return texts.sort((a, b) => b.length - a.length);
};

const fillInTokens = ({ tokens }: LlamaModel): ModelFacts['fim'] => {
  const { prefix, middle, suffix } = tokens.infill;
  const all: readonly (Token | null)[] = [prefix, middle, suffix];
  return all.includes(null) ? undefined : ({ prefix, middle, suffix } as ModelFacts['fim']);
};
