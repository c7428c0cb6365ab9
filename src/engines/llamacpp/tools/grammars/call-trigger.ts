import { isBare } from '../parsing/call-lead.ts';
import { afterBlanks, isBlank } from '../parsing/text-pattern.ts';
import type { ReasoningStart } from '../reasoning.ts';
import type { ChatTool } from '../tool.ts';
import { anyId, anyIndex, type ToolSyntax, theName } from '../tool-syntax.ts';

/** Where the answer proper begins; undefined while the model still thinks, or may begin to. */
export const answerStart = (text: string, start: ReasoningStart | undefined): number | undefined => {
  if (start?.reasoning.style !== 'tags' || start.at === 'closed') return 0;
  const { open, close } = start.reasoning;
  const from = afterBlanks(text, 0);
  if (start.at === 'possible' && !text.startsWith(open, from)) {
    return open.startsWith(text.slice(from)) ? undefined : 0;
  }
  const end = text.indexOf(close);
  return end === -1 ? undefined : end + close.length;
};

const isPart: Readonly<Record<string, RegExp>> = { [anyIndex]: /\d/, [anyId]: /[\w-]/ };

/** How much of `lead` is there once all of `written` is; undefined when that is something else. Blanks may differ. */
const leadWritten = (lead: string, written: string): number | undefined => {
  let at = 0;
  let next = 0;
  while (next < written.length) {
    const expected = lead.charAt(at);
    const sign = written.charAt(next);
    const part = isPart[expected];
    if (expected === sign) {
      at++;
      next++;
    } else if (part ? !part.test(sign) : isBlank(expected)) at++;
    else if (part || isBlank(sign)) next++;
    else return undefined;
  }
  return at;
};

const marker = /^(?:<[^<>\n]+>|\[[A-Z_]+\])/;

/**
 * How much must be written before it is clear that a call was begun: a marker. Words make a call with the name that
 * follows; bare JSON only once the name is whole, since an answer may be JSON too.
 */
const telling = ({ opening, tool }: Beginning, bare: boolean): number => {
  if (bare) return opening.length + tool.function.name.length + 1;
  return marker.exec(opening)?.[0].length ?? opening.length;
};

/** A call's whole beginning with its section's, for one tool. */
export interface Beginning {
  readonly tool: ChatTool;
  readonly opening: string;
  readonly lead: string;
}

export const beginnings = (
  syntax: ToolSyntax,
  tools: readonly ChatTool[],
  lead: (tool: ChatTool) => string,
): readonly Beginning[] =>
  tools.map((tool) => ({
    tool,
    opening: (syntax.sectionOpen + syntax.callOpen).replaceAll(theName, tool.function.name).trimStart(),
    lead: (syntax.sectionOpen + lead(tool)).trimStart(),
  }));

/**
 * What is left to write of each tool's beginning, when the text ends within the beginning of a call; undefined when it
 * doesn't.
 */
export const begunCall = (
  syntax: ToolSyntax,
  tools: readonly Beginning[],
  text: string,
  from: number,
): ReadonlyMap<ChatTool, string> | undefined => {
  const bare = isBare(syntax);
  for (const at of startPlaces(text, from, bare, tools[0]?.lead.charAt(0) ?? '')) {
    const written = text.slice(at);
    const left = tools.flatMap((beginning): (readonly [ChatTool, string])[] => {
      const length = leadWritten(beginning.lead, written) ?? 0;
      if (length < telling(beginning, bare)) return [];
      return [[beginning.tool, beginning.lead.slice(length)]];
    });
    if (left.length > 0) return new Map(left);
  }
  return undefined;
};

const startPlaces = function* (text: string, from: number, bare: boolean, first: string): Generator<number> {
  if (bare) {
    yield afterBlanks(text, from);
    return;
  }
  for (let at = text.indexOf(first, from); at !== -1; at = text.indexOf(first, at + 1)) yield at;
};
