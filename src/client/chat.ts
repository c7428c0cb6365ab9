/** What a chat request asks, in the words of OpenAI's API. */
export interface ChatRequest {
  readonly messages: readonly ChatMessage[];
  /** Absent: the gateway's choice. */
  readonly model?: string;
  readonly max_tokens?: number;
  readonly temperature?: number;
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface ChatUsage {
  readonly promptTokens: number;
  readonly completionTokens: number;
}

/** One step of an answer. */
export type ChatEvent =
  | { readonly type: 'text'; readonly text: string }
  /** What a reasoning model thinks before it answers. */
  | { readonly type: 'reasoning'; readonly text: string }
  | { readonly type: 'finish'; readonly reason: string }
  | { readonly type: 'usage'; readonly usage: ChatUsage; readonly model: string };

/** A chunk of the stream, as far as we read it. */
interface Chunk {
  readonly model?: string;
  readonly choices?: readonly {
    readonly delta?: {
      readonly content?: string | null;
      readonly reasoning_content?: string | null;
      readonly reasoning?: string | null;
    };
    readonly finish_reason?: string | null;
  }[];
  readonly usage?: { readonly prompt_tokens?: number; readonly completion_tokens?: number } | null;
}

/** The events in one `data:` line that is not `[DONE]`. Throws SyntaxError where it is not JSON. */
export const chatEvents = (data: string): readonly ChatEvent[] => {
  const { model = '', choices = [], usage } = JSON.parse(data) as Chunk;
  const events: ChatEvent[] = [];
  for (const { delta, finish_reason } of choices) {
    const reasoning = delta?.reasoning_content ?? delta?.reasoning;
    if (reasoning) events.push({ type: 'reasoning', text: reasoning });
    if (delta?.content) events.push({ type: 'text', text: delta.content });
    if (finish_reason) events.push({ type: 'finish', reason: finish_reason });
  }
  if (usage) {
    const { prompt_tokens = 0, completion_tokens = 0 } = usage;
    const counted = { promptTokens: prompt_tokens, completionTokens: completion_tokens };
    events.push({ type: 'usage', usage: counted, model });
  }
  return events;
};
