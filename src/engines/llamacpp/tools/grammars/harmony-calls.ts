import type { ChatTool } from '../tool.ts';

/** The end of an answer that is about to name a tool: the header so far, and what there is of the name. */
const begun = /(?:^|<\|start\|>assistant)((?:(?!<\|message\|>)[\s\S])*)\bto=functions\.([^\s<]*)$/;

/** What is left of each tool's header, when gpt-oss addresses a message to a tool; undefined when it doesn't. */
export const begunHarmonyCall = (
  tools: readonly ChatTool[],
  text: string,
): ReadonlyMap<ChatTool, string> | undefined => {
  const [, header, part] = begun.exec(text) ?? [];
  if (header === undefined || part === undefined) return undefined;
  // The channel stands before the recipient, or else follows it.
  const rest = header.includes('<|channel|>')
    ? ' <|constrain|>json<|message|>'
    : '<|channel|>commentary json<|message|>';
  const left = tools
    .filter((tool) => tool.function.name.startsWith(part))
    .map((tool) => [tool, tool.function.name.slice(part.length) + rest] as const);
  return left.length > 0 ? new Map(left) : undefined;
};
