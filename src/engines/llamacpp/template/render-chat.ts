import { failure, reason } from '../../../errors.ts';
import type { ChatTool } from '../tools/tool.ts';
import type { RenderTemplate } from '../tools/tool-syntax.ts';
import type { ChatMessage } from './chat-message.ts';
import { ControlTexts } from './control-texts.ts';

import { type PlainMessage, plainMessages } from './plain-messages.ts';
import { retellings } from './retellings.ts';
import { writtenHistory } from './written-history.ts';

/** A stretch of the prompt. `special`: control tokens' texts in it are meant to become control tokens. */
export interface PromptSegment {
  readonly text: string;
  readonly special: boolean;
}

export interface RenderedChat {
  /** Tokenise each by itself with its own `special`, then join the tokens. */
  readonly segments: readonly PromptSegment[];
  /** All of it as one text, for logs of lengths and `reasoningStart`. */
  readonly text: string;
  /** True when the model has no template and ChatML stood in. */
  readonly usedDefaultTemplate: boolean;
}

export interface ChatToRender {
  readonly template: string | undefined;
  readonly messages: readonly ChatMessage[];
  /** For the template; leave out where `syntax.listInSystem` (then put `toolsAsSystemText` in a system message). */
  readonly tools?: readonly ChatTool[];
  readonly addGenerationPrompt: boolean;
  readonly bosText: string;
  readonly eosText: string;
  /** More variables for the template (`chat_template_kwargs`, e.g. enable_thinking). */
  readonly extra?: Readonly<Record<string, unknown>>;
  /** Texts of control tokens, longest first: they stay plain text wherever a message or tool contains them. */
  readonly controlTexts: readonly string[];
  readonly render: RenderTemplate;
  /** For `date_string`. */
  readonly now: Date;
}

/** ChatML, which most small models were trained with. */
const chatMl = [
  "{% for message in messages %}{{ '<|im_start|>' + message.role + '\\n' + message.content + '<|im_end|>\\n' }}",
  "{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}",
].join('');

/** The prompt of a chat. Throws CHAT_TEMPLATE when the template refuses the messages, CHAT_CONTENT for images. */
export const renderChat = (chat: ChatToRender): RenderedChat => {
  const template = chat.template ?? chatMl;
  const given = { messages: plainMessages(chat.messages, template), tools: chat.tools ?? null };
  const control = new ControlTexts(chat.controlTexts, given);
  const { messages, tools } = control.hide(given);
  const rendered = renderPatiently(chat, template, writtenHistory(messages, template, chat.render), tools);
  const segments = control.segments(withoutSecondBos(rendered, chat.bosText));
  return {
    segments,
    text: segments.map(({ text }) => text).join(''),
    usedDefaultTemplate: chat.template === undefined,
  };
};

/** As the messages are, else in the next form that says the same; throws the template's last word. */
const renderPatiently = (
  chat: ChatToRender,
  template: string,
  messages: readonly PlainMessage[],
  tools: ChatToRender['tools'] | null,
): string => {
  let refusal: unknown;
  for (const retell of retellings) {
    try {
      return chat.render(template, {
        date_string: dateString(chat.now),
        ...chat.extra,
        messages: retell(messages),
        tools,
        add_generation_prompt: chat.addGenerationPrompt,
        bos_token: chat.bosText,
        eos_token: chat.eosText,
      });
    } catch (caught) {
      refusal = caught;
    }
  }
  throw failure('CHAT_TEMPLATE', { problem: ownWords(refusal) }, refusal);
};

/** What the template itself says, without the renderer's account of where. */
const ownWords = (caught: unknown): string => {
  const lines = reason(caught).trim().split('\n');
  return (lines.at(-1) ?? '').replace(/^(?:Error: )?(?:Jinja Exception: )?/, '');
};

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Llama's templates want `26 Jul 2024`. */
const dateString = (now: Date): string =>
  `${String(now.getDate()).padStart(2, '0')} ${months[now.getMonth()]} ${now.getFullYear()}`;

/** Some templates write the first token and its variable too. */
const withoutSecondBos = (text: string, bos: string): string =>
  bos !== '' && text.startsWith(bos + bos) ? text.slice(bos.length) : text;
