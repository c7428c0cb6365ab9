import { type ChatAnswer, chat, chatBody } from './chat-answer.ts';
import type { Scene } from './check.ts';
import { PassedOver } from './result.ts';
import type { VerifiedModel } from './verified-model.ts';

/** A small model may fill its tokens with blanks, which JSON allows: another temperature is another try. */
const temperatures = [0, 0.7, 1];

/** Asks until the answer is whole; one that is cut at the limit is no answer of the wrong form. Throws PassedOver. */
export const toTheEnd = async <Answer extends { readonly finishReason: string }>(
  askAt: (temperature: number) => Promise<Answer>,
): Promise<Answer> => {
  for (const temperature of temperatures) {
    const answer = await askAt(temperature);
    if (answer.finishReason !== 'length') return answer;
  }
  throw new PassedOver(`cut at the limit of tokens, ${temperatures.length} times`);
};

/** A question that is answered whole. */
export const chatToTheEnd = (
  scene: Scene,
  model: VerifiedModel,
  content: string,
  maxTokens: number,
  more: Readonly<Record<string, unknown>>,
): Promise<ChatAnswer> =>
  toTheEnd((temperature) => chat(scene, chatBody(model, content, maxTokens, { ...more, temperature })));
