/** A tool as OpenAI's API has it and chat templates expect it. */
export interface ChatTool {
  readonly type: 'function';
  readonly function: {
    readonly name: string;
    readonly description?: string;
    /** JSON Schema of the arguments; absent: any object. */
    readonly parameters?: unknown;
  };
}

/** `required`: one of them · a name: that one. */
export type ForcedChoice = 'required' | { readonly name: string };
