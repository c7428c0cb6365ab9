import { chat, chatBody } from '../chat-answer.ts';
import { speedOf, streamChat } from '../chat-stream.ts';
import type { ModelCheck } from '../check.ts';
import { complete } from '../completion-answer.ts';
import { must, ok, skipped } from '../result.ts';

const question = 'Write one sentence about the sea.';
const tokens = 48;

const quoted = (text: string): string => {
  const line = text.replace(/\s+/g, ' ').trim();
  return `"${line.length > 50 ? `${line.slice(0, 50)}…` : line}"`;
};

const whole: ModelCheck = {
  id: 'chat',
  needs: 'chat',
  title: 'answers a question',
  run: async (scene, model) => {
    const { text, reasoning, usage, ms } = await chat(scene, chatBody(model, question, tokens));
    must(text !== '' || reasoning !== '', 'the answer is empty');
    const { prompt_tokens: promptTokens, completion_tokens: completionTokens } = usage;
    must(completionTokens > 0, 'usage says that no token was written');
    return ok(`${quoted(text || reasoning)} in ${(ms / 1000).toFixed(2)} s`, {
      promptTokens,
      completionTokens,
    });
  },
};

const stream: ModelCheck = {
  id: 'stream',
  needs: 'chat',
  title: 'streams an answer as it is written',
  run: async (scene, model) => {
    const options = { stream_options: { include_usage: true } };
    const answer = await streamChat(scene, chatBody(model, question, tokens, options));
    must(answer.text !== '' || answer.reasoning !== '', 'the stream has no text');
    must(
      answer.pieces > 1 || (answer.usage?.completion_tokens ?? 2) < 4,
      'the whole answer came in one piece',
    );
    const { firstTokenMs } = answer;
    const tokensPerSecond = speedOf(answer);
    const speed = tokensPerSecond === undefined ? '' : `, then ${tokensPerSecond.toFixed(1)} tokens/s`;
    return ok(`first token after ${Math.round(firstTokenMs)} ms${speed}`, {
      firstTokenMs,
      ...(tokensPerSecond === undefined ? {} : { tokensPerSecond }),
    });
  },
};

const usage: ModelCheck = {
  id: 'usage',
  needs: 'chat',
  title: 'a stream says what it took when asked, and only then',
  run: async (scene, model) => {
    const body = chatBody(model, 'Say hello.', 8);
    const { usage: said } = await streamChat(scene, { ...body, stream_options: { include_usage: true } });
    must(said !== undefined, 'asked for usage, and the stream has none');
    must(said.completion_tokens > 0, 'usage says that no token was written');
    const plain = await chat(scene, body);
    must(
      said.prompt_tokens === plain.usage.prompt_tokens,
      `the same prompt is ${said.prompt_tokens} tokens streamed and ${plain.usage.prompt_tokens} in one piece`,
    );
    const { usage: unasked } = await streamChat(scene, body);
    must(unasked === undefined, 'not asked for usage, and the stream has it');
    return ok(`${said.prompt_tokens} + ${said.completion_tokens} tokens`);
  },
};

const limit: ModelCheck = {
  id: 'max-tokens',
  needs: 'chat',
  title: 'stops at the limit of tokens',
  run: async (scene, model) => {
    if (model.capabilities.reasoning) return skipped('it thinks before it answers, as long as it wants');
    const { usage: took, finishReason } = await chat(
      scene,
      chatBody(model, 'Count from 1 to 100, one number a line.', 5, { ignore_eos: true }),
    );
    must(took.completion_tokens <= 5, `wrote ${took.completion_tokens} tokens where 5 were allowed`);
    if (took.completion_tokens < 5) return ok(`ended by itself after ${took.completion_tokens} of 5`);
    must(finishReason === 'length', `finish_reason is ${finishReason}, must be length`);
    return ok('5 of 5 tokens, finish_reason length');
  },
};

const completion: ModelCheck = {
  id: 'completion',
  title: 'goes on with a text',
  run: async (scene, model) => {
    const { text } = await complete(scene, {
      ...{ model: model.id, prompt: 'Once upon a time there was', max_tokens: 16, temperature: 0, seed: 7 },
    });
    must(text !== '', 'it added nothing');
    return ok(quoted(text));
  },
};

export const chatChecks: readonly ModelCheck[] = [whole, stream, usage, limit, completion];
