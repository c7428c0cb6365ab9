import type { ChatTool } from '../tool.ts';
import { type ToolSyntax, theName } from '../tool-syntax.ts';
import { argumentGrammar, type GrammarPart } from './argument-grammar.ts';
import { GrammarRules, literal, sequence } from './grammar-rules.ts';

/** More calls in one turn are a model that goes round in circles. */
const mostCalls = 16;

/** The rules for calls of some tools; one for each answer's grammar. */
export class CallGrammar {
  readonly rules = new GrammarRules();
  readonly #syntax: ToolSyntax;
  readonly #arguments: ReadonlyMap<ChatTool, GrammarPart>;

  /** Throws SchemaError for a tool whose schema nothing can meet. */
  constructor(syntax: ToolSyntax, tools: readonly ChatTool[]) {
    this.#syntax = syntax;
    this.#arguments = new Map(tools.map((tool) => [tool, argumentGrammar(this.rules, syntax, tool)]));
  }

  get exact(): boolean {
    return [...this.#arguments.values()].every(({ exact }) => exact);
  }

  /** The text of a call up to its arguments. */
  lead(tool: ChatTool): string {
    const { callOpen, afterName } = this.#syntax;
    const { name } = tool.function;
    return callOpen.replaceAll(theName, name) + name + afterName.replaceAll(theName, name);
  }

  /** A call of one of the tools; `leads`: what each tool's call begins with, where that is not its lead. */
  one(leads?: ReadonlyMap<ChatTool, string>): string {
    const calls = [...this.#arguments].flatMap(([tool, { body }]) => {
      const lead = leads ? leads.get(tool) : this.lead(tool);
      const close = literal(this.#syntax.callClose.replaceAll(theName, tool.function.name));
      return lead === undefined ? [] : [this.rules.add('call', sequence(literal(lead), body, close))];
    });
    return this.rules.add('one', calls.join(' | '));
  }

  /** A first call and, when `parallel` and the template can write them, more; then the section's end. */
  section(first: string, parallel: boolean): string {
    const { between, sectionClose } = this.#syntax;
    const more =
      parallel && between !== undefined
        ? `(${sequence(literal(between), this.one())}){0,${mostCalls - 1}}`
        : '';
    return sequence(first, more, literal(sectionClose));
  }
}
