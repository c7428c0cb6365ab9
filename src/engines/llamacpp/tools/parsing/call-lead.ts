import type { ChatTool } from '../tool.ts';
import { type ToolSyntax, theName } from '../tool-syntax.ts';
import { firstMatch, isBlank, type Match, matchAt, patternOf, type TextPattern } from './text-pattern.ts';

/** The names that models mix up, whatever their template says. */
const argumentNames = ['arguments', 'parameters'];

const afterNames = (afterName: string): readonly string[] => {
  const written = argumentNames.find((name) => afterName.includes(`"${name}"`));
  if (written === undefined) return [afterName];
  return argumentNames.map((name) => afterName.replace(`"${written}"`, `"${name}"`));
};

/** The texts before a call's name, when it is the first one or follows content. */
const openings = (syntax: ToolSyntax): readonly string[] => {
  const { sectionOpen, callOpen, between } = syntax;
  const first = sectionOpen + callOpen;
  if (!isBare(syntax)) return [first];
  // Llama 3 may put its marker for code first; Functionary separates content from a call like two calls.
  const more = first === '' ? [] : [`<|python_tag|>${first}`];
  return between?.trim() ? [first, ...more, between + callOpen] : [first, ...more];
};

/** The texts before a call's name, when another call came before. */
const followingOpenings = (syntax: ToolSyntax): readonly string[] => {
  const { callOpen, between } = syntax;
  return between === undefined ? openings(syntax) : [...openings(syntax), between + callOpen];
};

/** Whether calls begin with nothing that ordinary text has not: then only at the answer's very start. */
export const isBare = ({ sectionOpen, callOpen }: ToolSyntax): boolean => {
  const first = (sectionOpen + callOpen).trimStart();
  return first === '' || first.startsWith('{');
};

interface Lead {
  readonly tool: ChatTool;
  readonly pattern: TextPattern;
}

/** Recognises the beginning of a call up to its arguments. */
export class CallLeads {
  readonly #leads: readonly Lead[];
  readonly #firstSigns: ReadonlySet<string>;
  readonly #argumentStarts: readonly TextPattern[];

  constructor(syntax: ToolSyntax, tools: readonly ChatTool[], place: 'first' | 'following') {
    const texts = place === 'first' ? openings(syntax) : followingOpenings(syntax);
    this.#leads = tools.flatMap((tool) => {
      const { name } = tool.function;
      const starts = new Set(texts.map((text) => patternOf(text.replaceAll(theName, name)).trimStart()));
      return afterNames(syntax.afterName).flatMap((after) =>
        [...starts].map((start) => ({
          tool,
          pattern: start + name + patternOf(after.replaceAll(theName, name)),
        })),
      );
    });
    this.#firstSigns = new Set(this.#leads.map(({ pattern }) => pattern.charAt(0)));
    this.#argumentStarts = argumentStarts(syntax);
  }

  /** Whether a call may begin with this character. */
  mayBegin(sign: string): boolean {
    return this.#firstSigns.has(sign);
  }

  /** The call that begins here, and where its arguments do. */
  find(text: string, at: number): { readonly tool: ChatTool; readonly end: number } | 'more' | 'no' {
    let best: 'more' | 'no' = 'no';
    for (const { tool, pattern } of this.#leads) {
      const end = this.#match(pattern, text, at);
      if (typeof end === 'number') return { tool, end };
      if (end === 'more') best = 'more';
    }
    return best;
  }

  #match(pattern: TextPattern, text: string, at: number): Match {
    const end = matchAt(pattern, text, at);
    if (typeof end !== 'number' || this.#argumentStarts.length === 0) return end;
    let start = end;
    while (isBlank(text[start])) start++;
    const begins = firstMatch(this.#argumentStarts.map((begin) => matchAt(begin, text, start)));
    return typeof begins === 'number' ? start : begins;
  }
}

/** What arguments begin with; a name that goes on is another name. */
const argumentStarts = (syntax: ToolSyntax): readonly TextPattern[] => {
  if (syntax.arguments === 'json') return ['{', '"'];
  if (typeof syntax.arguments === 'string') return [];
  const texts = [syntax.arguments.beforeKey, syntax.callClose];
  return texts.map((text) => patternOf(text).trim()).filter((text) => text !== '');
};
