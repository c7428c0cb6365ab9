/**
 * How a model writes tool calls. A turn with calls is
 *
 *     sectionOpen (callOpen NAME afterName ARGUMENTS callClose) (between …)* sectionClose
 *
 * For Qwen2.5: callOpen `<tool_call>\n{"name": "`, afterName `", "arguments": `, callClose `}\n</tool_call>`.
 * All texts as they stand with control tokens written out, and with the placeholders below for what varies.
 */
export interface ToolSyntax {
  /** For status and logs, e.g. `<tool_call>` or `gpt-oss`. */
  readonly label: string;
  /** `harmony`: gpt-oss's channels, which have a parser of their own; the texts below are then only illustration. */
  readonly style: 'plain' | 'harmony';
  readonly sectionOpen: string;
  readonly callOpen: string;
  readonly afterName: string;
  /**
   * `json`: one JSON object. `python` (LFM2): `key='text', other=7`. `gemma` (Gemma 4): `key:<|"|>text<|"|>,other:7`.
   * Else each argument by itself between tags, strings raw, other values as JSON.
   */
  readonly arguments: 'json' | 'python' | 'gemma' | TaggedArguments;
  readonly callClose: string;
  /** Between two calls; undefined: the template can't write two calls in a turn. */
  readonly between: string | undefined;
  readonly sectionClose: string;
  /** The template ignores `tools`: list them in a system message (`toolsAsSystemText`). */
  readonly listInSystem: boolean;
}

export type ValueKind = 'string' | 'number' | 'boolean' | 'object' | 'array';

export interface TaggedArguments {
  readonly beforeKey: string;
  /** Some templates name the kind of the value here. */
  readonly afterKey: Readonly<Record<ValueKind, string>>;
  /** May hold `theKey`. */
  readonly afterValue: string;
  /** Strings may stand in `<![CDATA[…]]>`. */
  readonly cdata: boolean;
}

/** Placeholders, from a private area of Unicode. The call's number in its turn: */
export const anyIndex = '\uf8d0';
/** An id that the model makes up: */
export const anyId = '\uf8d1';
/** The tool's name once more: */
export const theName = '\uf8d2';
/** The argument's name once more: */
export const theKey = '\uf8d3';

/** The renderer of the model's side: `runtime.renderTemplate`. Throws when the template refuses. */
export type RenderTemplate = (template: string, variables: Readonly<Record<string, unknown>>) => string;
