import type { AnswerEnd } from './generate-answer.ts';

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;

/** One line about one answer: figures only, nothing of what was said. */
export const answerLine = (route: string, { result, finishReason }: AnswerEnd): string => {
  const { promptTokens, cachedTokens, completionTokens, firstTokenMs, decodeMs } = result;
  const rate = decodeMs > 0 ? `, ${((completionTokens * 1000) / decodeMs).toFixed(1)} tok/s` : '';
  const prompt = `${promptTokens} prompt tokens (${cachedTokens} in memory)`;
  return `${route}: ${prompt}, first after ${seconds(firstTokenMs)}, ${completionTokens} generated${rate}, ${finishReason}`;
};
