import { z } from 'zod';
import { chat, chatBody } from '../chat-answer.ts';
import type { ModelCheck, Scene } from '../check.ts';
import { codes, hiddenCode, type LongPrompt, longPrompt } from '../long-prompt.ts';
import { must, notAble, ok, skipped } from '../result.ts';
import { parsed, shaped } from '../shape.ts';
import { chatToTheEnd } from '../to-the-end.ts';
import type { VerifiedModel } from '../verified-model.ts';

/** Both checks read the same text, the second time from the engine's memory. */
const prompts = new WeakMap<VerifiedModel, Promise<LongPrompt | undefined>>();

const promptFor = (scene: Scene, model: VerifiedModel): Promise<LongPrompt | undefined> => {
  const known = prompts.get(model) ?? longPrompt(scene, model);
  prompts.set(model, known);
  return known;
};

const unknownWindow = skipped(
  'the gateway does not say how long its window is, or it is shorter than a page',
);

const question = 'What is the password of the night guard? Answer with the password alone.';

const schema = {
  type: 'object',
  properties: { password: { type: 'string', enum: codes } },
  required: ['password'],
  additionalProperties: false,
};

const longContext: ModelCheck = {
  id: 'long-context',
  title: 'reads a prompt that nearly fills its window',
  slow: true,
  needs: 'chat',
  run: async (scene, model) => {
    const prompt = await promptFor(scene, model);
    if (!prompt) return unknownWindow;
    const { window, target, cut } = prompt;
    const { text, usage, ms } = await chatToTheEnd(scene, model, `${prompt.text}\n${question}`, 60, {
      response_format: { type: 'json_schema', json_schema: { name: 'password', schema, strict: true } },
    });
    shaped(z.strictObject({ password: z.enum(codes) }), parsed(text, 'the answer'), 'the answer');
    const { prompt_tokens: promptTokens } = usage;
    must(promptTokens >= target * 0.9, `a prompt of about ${target} tokens was read as ${promptTokens}`);
    const less = cut ? ' (more would take too long here: --full)' : '';
    return ok(`${promptTokens} of ${window} tokens${less} in ${(ms / 1000).toFixed(1)} s`, { promptTokens });
  },
};

const longRecall: ModelCheck = {
  id: 'long-recall',
  title: 'finds what is hidden in it',
  slow: true,
  forced: 'long-context',
  needs: 'chat',
  run: async (scene, model) => {
    const prompt = await promptFor(scene, model);
    if (!prompt) return unknownWindow;
    const { text } = await chat(scene, chatBody(model, `${prompt.text}\n${question}`, 40));
    if (!text.includes(hiddenCode)) return notAble(`it said ${JSON.stringify(text.slice(0, 60))}`);
    return ok(`found ${hiddenCode}`);
  },
};

export const longChecks: readonly ModelCheck[] = [longContext, longRecall];
