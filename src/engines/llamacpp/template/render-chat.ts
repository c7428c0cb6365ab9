import { failure } from '../../../errors.ts';
import type { ChatTool } from '../tools/tool.ts';
import type { RenderTemplate } from '../tools/tool-syntax.ts';
import type { ChatMessage } from './chat-message.ts';

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

/** The prompt of a chat. Throws CHAT_TEMPLATE when the template refuses the messages, CHAT_CONTENT for images. */
export const renderChat = (_chat: ChatToRender): RenderedChat => {
  throw failure('BUG', { problem: 'renderChat is not written yet' });
};
