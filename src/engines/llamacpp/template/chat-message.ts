/** A message as OpenAI's API has it. Unknown fields are handed to the template as they are. */
export interface ChatMessage {
  readonly role: string;
  readonly content?: string | null | readonly ContentPart[];
  readonly name?: string;
  readonly tool_call_id?: string;
  readonly tool_calls?: readonly {
    readonly id?: string;
    readonly type?: string;
    /** `arguments` is JSON text, or the object already. */
    readonly function: { readonly name: string; readonly arguments: unknown };
  }[];
  readonly reasoning_content?: string | null;
  readonly [field: string]: unknown;
}

/** Only text parts can be rendered; others are refused with CHAT_CONTENT. */
export interface ContentPart {
  readonly type: string;
  readonly text?: string;
  readonly [field: string]: unknown;
}
