import type { RenderTemplate } from '../tool-syntax.ts';

/** Names and values that no template has in its own words. */
export const dummy = {
  firstName: 'toolaa',
  secondName: 'toolbb',
  text: { key: 'argone', value: 'VALUEONE' },
  number: { key: 'argtwo', value: 71_023 },
  flag: { key: 'argthree', value: true },
  object: { key: 'argfour', value: { inner: 71_025 } },
  list: { key: 'argfive', value: [71_026] },
  /** Mistral's templates accept ids of nine letters and digits only. */
  firstId: 'callid123',
  secondId: 'callid124',
} as const;

const question = 'QUESTIONTEXT';
const answer = 'ANSWERTEXT';

const parameters = {
  type: 'object',
  properties: {
    argone: { type: 'string' },
    argtwo: { type: 'integer' },
  },
};

const tool = (name: string): unknown => ({
  type: 'function',
  function: { name, description: 'A tool.', parameters },
});

const tools = [tool(dummy.firstName), tool(dummy.secondName)];

export const twoArguments = {
  [dummy.text.key]: dummy.text.value,
  [dummy.number.key]: dummy.number.value,
};

export const allKinds = {
  ...twoArguments,
  [dummy.flag.key]: dummy.flag.value,
  [dummy.object.key]: dummy.object.value,
  [dummy.list.key]: dummy.list.value,
};

export interface DummyCall {
  readonly name: string;
  readonly id: string;
  readonly arguments: unknown;
}

const toMessage = (calls: readonly DummyCall[]): unknown => ({
  role: 'assistant',
  content: '',
  tool_calls: calls.map((call) => ({
    id: call.id,
    type: 'function',
    function: { name: call.name, arguments: call.arguments },
  })),
});

/** Renders dummy conversations of one template; undefined where the template refuses. */
export class DummyTurns {
  readonly #template: string;
  readonly #render: RenderTemplate;

  constructor(template: string, render: RenderTemplate) {
    this.#template = template;
    this.#render = render;
  }

  #afterQuestion(more: readonly unknown[], addGenerationPrompt = false): string | undefined {
    const all = this.#whole(more, addGenerationPrompt);
    const at = all?.lastIndexOf(question) ?? -1;
    return at === -1 ? undefined : all?.slice(at + question.length);
  }

  #whole(more: readonly unknown[], addGenerationPrompt: boolean): string | undefined {
    try {
      return this.#render(this.#template, {
        messages: [{ role: 'user', content: question }, ...more],
        tools,
        add_generation_prompt: addGenerationPrompt,
        bos_token: '',
        eos_token: '',
      });
    } catch {
      return undefined;
    }
  }

  /** Whether the prompt says which tools there are. */
  listsTools(): boolean {
    return this.#whole([], true)?.includes(dummy.firstName) ?? false;
  }

  /** What the prompt of an answer ends with. */
  promptEnd(): string | undefined {
    return this.#afterQuestion([], true);
  }

  /** An answer without calls: what comes before and after its text. */
  plainTurn(): { readonly before: string; readonly after: string } | undefined {
    const turn = this.#afterQuestion([{ role: 'assistant', content: answer }]);
    const at = turn?.indexOf(answer) ?? -1;
    if (turn === undefined || at === -1) return undefined;
    return { before: turn.slice(0, at), after: turn.slice(at + answer.length) };
  }

  /** Whether a tool's result comes through. */
  keepsResult(call: DummyCall): boolean {
    const result = { role: 'tool', tool_call_id: call.id, name: call.name, content: answer };
    return this.#afterQuestion([toMessage([call]), result], true)?.includes(answer) ?? false;
  }

  /** A turn of calls, from the end of the question on; undefined when the template drops or refuses it. */
  callTurn(calls: readonly DummyCall[]): string | undefined {
    const turn = this.#afterQuestion([toMessage(calls)]);
    return turn?.includes(dummy.text.value) ? turn : undefined;
  }
}
