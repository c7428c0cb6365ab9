/**
 * How a model writes tool calls. A turn with calls is
 *
 *     sectionOpen (callOpen NAME afterName ARGUMENTS callClose) (between …)* sectionClose
 *
 * For Qwen2.5: callOpen `<tool_call>\n{"name": "`, afterName `", "arguments": `, callClose `}\n</tool_call>`.
 * All texts as they stand with control tokens written out.
 */
export interface ToolSyntax {
  /** For status and logs, e.g. `<tool_call>` or `gpt-oss`. */
  readonly label: string;
  readonly style: 'plain' | 'harmony';
  readonly sectionOpen: string;
  readonly callOpen: string;
  readonly afterName: string;
  /** `json`: one JSON object. Else each argument by itself, strings raw, other values as JSON. */
  readonly arguments: 'json' | TaggedArguments;
  readonly callClose: string;
  /** Between two calls; undefined: the template can't write two calls in a turn. */
  readonly between: string | undefined;
  readonly sectionClose: string;
  /** The template ignores `tools`: list them in a system message (`toolsAsSystemText`). */
  readonly listInSystem: boolean;
}

export interface TaggedArguments {
  readonly beforeKey: string;
  readonly afterKey: string;
  readonly afterValue: string;
}

/** The renderer of the model's side: `runtime.renderTemplate`. Throws when the template refuses. */
export type RenderTemplate = (template: string, variables: Readonly<Record<string, unknown>>) => string;
