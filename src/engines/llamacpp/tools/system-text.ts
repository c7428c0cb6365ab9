import { genericSyntax } from './generic-syntax.ts';
import type { ChatTool } from './tool.ts';
import type { ToolSyntax } from './tool-syntax.ts';
import { writeCalls } from './write-calls.ts';

/**
 * The list of tools and how to call them, for models whose template does not list them: in the model's own syntax where
 * its template writes calls, else in the generic one.
 */
export const toolsAsSystemText = (tools: readonly ChatTool[], syntax: ToolSyntax = genericSyntax): string => {
  const list = tools.map((tool) => JSON.stringify(tool)).join('\n');
  const example = writeCalls(syntax, [{ name: 'TOOL_NAME', arguments: { ARGUMENT_NAME: 'VALUE' } }]);
  return [
    'You can call the tools in this list; each line is one tool, with a JSON Schema of its arguments:',
    `<tools>\n${list}\n</tools>`,
    `To call a tool, answer with its name and its arguments in exactly this form:\n${example}`,
    'Call a tool only when it helps. Its result comes in the next message.',
  ].join('\n\n');
};
