import { failure } from '../../errors.ts';

type Members = Readonly<Record<string, unknown>>;

interface NamedChoice {
  readonly type: 'function';
  readonly function: { readonly name: string };
}

const isNamed = (choice: unknown): choice is NamedChoice =>
  typeof choice === 'object' &&
  choice !== null &&
  typeof (choice as Partial<NamedChoice>).function?.name === 'string';

const nameOf = (tool: unknown): unknown => (tool as Partial<NamedChoice> | null)?.function?.name;

/** It passes over the name of a tool; that tool alone, and a call that must happen, mean the same. */
const chatChanges = ({ tool_choice: choice, tools }: Members): Members => {
  if (!isNamed(choice) || !Array.isArray(tools)) return {};
  const named = tools.filter((tool) => nameOf(tool) === choice.function.name);
  if (named.length > 0) return { tools: named, tool_choice: 'required' };
  throw failure('REQUEST_PARAMETER', {
    param: 'tool_choice',
    problem: `names ${choice.function.name}, which is none of the tools`,
  });
};

/** It passes over a suffix and would go on with the prompt as if nothing came after it. */
const completionChanges = ({ suffix }: Members): Members => {
  if (suffix === undefined || suffix === null || suffix === '') return {};
  throw failure('REQUEST_PARAMETER', {
    param: 'suffix',
    problem:
      "is not taken by llama.cpp's server; write the model's own tokens for filling in into the prompt",
  });
};

/** It calls a prompt `content`, and would count nothing where there is none. */
const tokenizeChanges = ({ prompt, content }: Members): Members => {
  if (content !== undefined) return {};
  if (typeof prompt === 'string') return { content: prompt };
  throw failure('REQUEST_PARAMETER', {
    param: 'prompt',
    problem: "must be a string: llama.cpp's server counts no messages",
  });
};

interface Rule {
  /** A word that tells of such a request; most have none of them, and need not be parsed again. */
  readonly telling: RegExp;
  readonly changes: (members: Members) => Members;
}

const rules: Readonly<Record<string, Rule>> = {
  '/v1/chat/completions': { telling: /"tool_choice"/, changes: chatChanges },
  '/v1/completions': { telling: /"suffix"/, changes: completionChanges },
  '/tokenize': { telling: /^/, changes: tokenizeChanges },
};

/**
 * The members that llama.cpp's server is sent in place of a request's own, so that it does what vLLM would. Throws
 * REQUEST_PARAMETER for what it would pass over in silence.
 */
export const llamaServerChanges = (path: string, body: Buffer): Members => {
  const rule = rules[path];
  if (!rule) return {};
  const text = body.toString();
  return rule.telling.test(text) ? rule.changes(JSON.parse(text) as Members) : {};
};
