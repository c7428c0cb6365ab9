import { chat, chatBody } from '../chat-answer.ts';
import { streamChat } from '../chat-stream.ts';
import type { ModelCheck } from '../check.ts';
import { must, notAble, ok, PassedOver } from '../result.ts';
import { chatToTheEnd } from '../to-the-end.ts';
import {
  callText,
  checkCalls,
  forceWeather,
  history,
  mustCall,
  tools,
  twoCalls,
  twoCallsForm,
} from '../weather-tools.ts';

const question = 'What is the weather in Paris?';
const both = 'What is the weather in Paris, and what is the weather in Rome?';
const tokens = 160;

const forced: ModelCheck = {
  id: 'tool-forced',
  title: 'calls the tool that it is told to',
  needs: 'tools',
  run: async (scene, model) => {
    const { calls } = await chatToTheEnd(scene, model, question, tokens, {
      tools,
      tool_choice: forceWeather,
    });
    mustCall(calls);
    must(calls.length === 1, `${calls.length} calls, must be one`);
    checkCalls(calls);
    must(
      calls[0]?.function.name === 'get_weather',
      `called ${calls[0]?.function.name}, was told get_weather`,
    );
    return ok(callText(calls));
  },
};

const required: ModelCheck = {
  id: 'tool-required',
  title: 'calls some tool when it must',
  needs: 'tools',
  run: async (scene, model) => {
    const answer = await chatToTheEnd(scene, model, question, tokens, { tools, tool_choice: 'required' });
    mustCall(answer.calls);
    checkCalls(answer.calls);
    must(answer.finishReason === 'tool_calls', `finish_reason is ${answer.finishReason}, must be tool_calls`);
    return ok(callText(answer.calls));
  },
};

const streamed: ModelCheck = {
  id: 'tool-stream',
  title: 'a streamed call comes whole',
  needs: 'tools',
  run: async (scene, model) => {
    const body = chatBody(model, question, tokens, { tools, tool_choice: forceWeather });
    const { calls, pieces } = await streamChat(scene, body);
    mustCall(calls);
    must(calls.length === 1, `${calls.length} calls, must be one`);
    checkCalls(calls);
    return ok(`${callText(calls)} in ${pieces} ${pieces === 1 ? 'piece' : 'pieces'}`);
  },
};

const free: ModelCheck = {
  id: 'tool-free',
  title: 'calls a tool by its own choice',
  forced: 'tool-forced',
  needs: 'tools',
  run: async (scene, model) => {
    const { calls, text } = await chat(scene, chatBody(model, question, tokens, { tools }));
    if (calls.length === 0) return notAble(`it answered in words: ${JSON.stringify(text.slice(0, 60))}`);
    checkCalls(calls);
    return ok(callText(calls));
  },
};

const parallel: ModelCheck = {
  id: 'tool-parallel',
  title: 'calls for two things at once by its own choice',
  forced: 'tool-parallel-forced',
  needs: 'tools',
  run: async (scene, model) => {
    const more = { tools, tool_choice: 'required', parallel_tool_calls: true };
    // llama.cpp's server lets a model write words before a call that it must make, for ever if it likes.
    const answer = await chatToTheEnd(scene, model, both, tokens * 2, more).catch((caught: unknown) => {
      if (caught instanceof PassedOver) return undefined;
      throw caught;
    });
    if (!answer) return notAble('it wrote words and came to no call');
    const { calls } = answer;
    mustCall(calls);
    checkCalls(calls);
    return calls.length > 1
      ? ok(callText(calls))
      : notAble(`one call where two were wanted: ${callText(calls)}`);
  },
};

const parallelForced: ModelCheck = {
  id: 'tool-parallel-forced',
  title: 'two calls that a schema asks for are written, and both results are read',
  needs: 'tools',
  run: async (scene, model) => {
    const written = await chatToTheEnd(scene, model, both, tokens * 2, { response_format: twoCallsForm });
    const calls = twoCalls(written.text);
    const { text, calls: further } = await chat(scene, {
      ...chatBody(model, both, 60, { tools }),
      messages: history(both, calls),
    });
    must(text !== '' || further.length > 0, 'after the results the answer is empty');
    return ok(`${callText(calls)}, then ${text === '' ? 'further calls' : 'an answer'}`);
  },
};

export const toolChecks: readonly ModelCheck[] = [
  ...[forced, required, streamed, free, parallelForced, parallel],
];
