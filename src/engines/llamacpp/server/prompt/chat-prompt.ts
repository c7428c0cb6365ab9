import type { Token } from '../../runtime/runtime.ts';
import { type RenderedChat, renderChat } from '../../template/render-chat.ts';
import type { ChatRequest } from '../request/chat-request.ts';
import { badRequest } from '../request/request-error.ts';
import type { ServedModel } from '../served-model.ts';
import { chatMessages, chatTools, withToolsInSystem } from './chat-messages.ts';
import { chatTokens } from './prompt-tokens.ts';

export interface ChatPrompt {
  readonly tokens: readonly Token[];
  /** The prompt as text; its end says whether the model is to think. */
  readonly text: string;
}

type ChatInput = Pick<
  ChatRequest,
  'messages' | 'tools' | 'add_generation_prompt' | 'continue_final_message' | 'chat_template_kwargs'
> & { readonly reasoning_effort?: ChatRequest['reasoning_effort'] };

/** The prompt of a chat. Throws CHAT_TEMPLATE and CHAT_CONTENT like renderChat, and a 400. */
export const chatPrompt = (model: ServedModel, request: ChatInput, now: Date): ChatPrompt => {
  const { facts } = model.runtime;
  const tools = chatTools(request.tools);
  const messages = chatMessages(request.messages);
  const inSystem = tools.length > 0 && model.syntax.listInSystem;
  const chat = renderChat({
    template: facts.chatTemplate,
    messages: inSystem ? withToolsInSystem(messages, tools, model.syntax) : messages,
    ...(tools.length > 0 && !inSystem ? { tools } : {}),
    addGenerationPrompt: addsGenerationPrompt(request),
    bosText: facts.bosText,
    eosText: facts.eosText,
    extra: { ...effort(request.reasoning_effort), ...request.chat_template_kwargs },
    controlTexts: facts.controlTexts,
    render: model.runtime.renderTemplate,
    now,
  });
  const whole = request.continue_final_message ? cutAfterLastMessage(chat, request) : chat;
  return { tokens: chatTokens(model, whole), text: whole.segments.map(({ text }) => text).join('') };
};

const addsGenerationPrompt = (request: ChatInput): boolean => {
  const wanted = request.add_generation_prompt ?? !request.continue_final_message;
  if (!wanted || !request.continue_final_message) return wanted;
  throw badRequest(
    'Cannot set both `continue_final_message` and `add_generation_prompt` to True.',
    'continue_final_message',
  );
};

/** Templates of models that can think ask for these two; the others do not look at them. */
const effort = (level: string | null | undefined): Readonly<Record<string, unknown>> => {
  if (!level) return {};
  return level === 'none' ? { enable_thinking: false } : { reasoning_effort: level };
};

/** The chat up to the end of the last message's text, for the model to go on there (as in transformers). */
const cutAfterLastMessage = (chat: RenderedChat, request: ChatInput): RenderedChat => {
  const last = request.messages.at(-1)?.content;
  const text = typeof last === 'string' ? last.trim() : (last?.at(-1)?.text ?? '').trim();
  for (let i = chat.segments.length - 1; i >= 0 && text !== ''; i--) {
    const segment = chat.segments[i];
    const at = segment?.text.lastIndexOf(text) ?? -1;
    if (!segment || at < 0) continue;
    const end = { ...segment, text: segment.text.slice(0, at + text.length) };
    return { ...chat, segments: [...chat.segments.slice(0, i), end] };
  }
  throw badRequest(
    'continue_final_message is set but the final message does not appear in the chat after applying the chat template',
    'continue_final_message',
  );
};
