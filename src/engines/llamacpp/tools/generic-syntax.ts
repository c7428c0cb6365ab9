import type { ToolSyntax } from './tool-syntax.ts';

/** Nous Hermes's and Qwen's way, the one most models have seen: for templates that know no tools. */
export const genericSyntax: ToolSyntax = {
  label: 'generic <tool_call>',
  style: 'plain',
  sectionOpen: '',
  callOpen: '<tool_call>\n{"name": "',
  afterName: '", "arguments": ',
  arguments: 'json',
  callClose: '}\n</tool_call>',
  between: '\n',
  sectionClose: '',
  listInSystem: true,
};

/** gpt-oss. Its template writes the recipient elsewhere than the model does, and one call per turn. */
export const harmonySyntax: ToolSyntax = {
  label: 'gpt-oss',
  style: 'harmony',
  sectionOpen: '',
  callOpen: '<|channel|>commentary to=functions.',
  afterName: ' <|constrain|>json<|message|>',
  arguments: 'json',
  callClose: '',
  between: undefined,
  sectionClose: '',
  listInSystem: false,
};

/** Templates that list the tools but drop the calls of earlier turns: what their models write is known from elsewhere. */
const unwritten: readonly { readonly sign: RegExp; readonly syntax: ToolSyntax }[] = [
  {
    // Liquid AI's model cards: "Pythonic function calls (a list) between <|tool_call_start|> and <|tool_call_end|>".
    sign: /<\|tool_list_start\|>|List of tools: \[/,
    syntax: {
      label: '<|tool_call_start|>',
      style: 'plain',
      sectionOpen: '<|tool_call_start|>[',
      callOpen: '',
      afterName: '(',
      arguments: 'python',
      callClose: ')',
      between: ', ',
      sectionClose: ']<|tool_call_end|>',
      listInSystem: false,
    },
  },
  {
    // IBM Granite 3's own system message: "respond only with <|tool_call|> followed by a JSON list of tools used".
    sign: /<\|tool_call\|> followed by a JSON list/,
    syntax: {
      label: '<|tool_call|>',
      style: 'plain',
      sectionOpen: '<|tool_call|>[',
      callOpen: '{"name": "',
      afterName: '", "arguments": ',
      arguments: 'json',
      callClose: '}',
      between: ', ',
      sectionClose: ']',
      listInSystem: false,
    },
  },
];

/** The syntax of a template that lists tools, from its words. */
export const unwrittenSyntax = (template: string): ToolSyntax | undefined =>
  unwritten.find(({ sign }) => sign.test(template))?.syntax;
