/** How a model marks its thinking. `harmony`: gpt-oss's channels. */
export type Reasoning =
  | {
      readonly style: 'tags';
      readonly open: string;
      readonly close: string;
      /** Around the answer proper, where the model marks that too (Cohere). */
      readonly answer?: { readonly open: string; readonly close: string };
    }
  | { readonly style: 'harmony' };

/** How an answer starts: `open` the prompt's end already opened the thinking · `closed` and closed it again ·
 *  `possible` the model may begin with it. */
export interface ReasoningStart {
  readonly reasoning: Reasoning;
  readonly at: 'open' | 'closed' | 'possible';
}

type Tags = Extract<Reasoning, { style: 'tags' }>;

const tags = (open: string, close: string, answer?: Tags['answer']): Tags => ({
  style: 'tags',
  open,
  close,
  ...(answer ? { answer } : {}),
});

/** Ways of marking that are not `<name>…</name>`, each known by a sign in the template. */
const others: readonly { readonly sign: string; readonly reasoning: Reasoning }[] = [
  { sign: '<|channel|>analysis', reasoning: { style: 'harmony' } },
  {
    sign: '<|START_TEXT|>',
    reasoning: tags('<|START_THINKING|>', '<|END_THINKING|>', {
      open: '<|START_TEXT|>',
      close: '<|END_TEXT|>',
    }),
  },
  {
    sign: '<|START_THINKING|>',
    reasoning: tags('<|START_THINKING|>', '<|END_THINKING|>', {
      open: '<|START_RESPONSE|>',
      close: '<|END_RESPONSE|>',
    }),
  },
  {
    sign: "open_tag('think'",
    reasoning: tags('<|open|>think<|sep|>', '<|close|>think<|sep|>', {
      open: '<|open|>response<|sep|>',
      close: '<|close|>response<|sep|>',
    }),
  },
  { sign: '<|inner_prefix|>', reasoning: tags('<|inner_prefix|>', '<|inner_suffix|>') },
  { sign: '<|channel>thought', reasoning: tags('<|channel>thought', '<channel|>') },
  { sign: '[THINK]', reasoning: tags('[THINK]', '[/THINK]') },
  {
    sign: '[BEGIN FINAL RESPONSE]',
    reasoning: tags('Here are my reasoning steps:', '[BEGIN FINAL RESPONSE]'),
  },
  {
    sign: '<response></response>',
    reasoning: tags('<think>', '</think>', { open: '<response>', close: '</response>' }),
  },
];

/** `<think>`, `<seed:think>`, … are known by their end: some templates only cut it off earlier turns. */
const closingTag = /<\/([\w.:-]*think)>/;

/** From the template's text; undefined when it knows no thinking. */
export const detectReasoning = (template: string | undefined): Reasoning | undefined => {
  if (template === undefined) return undefined;
  const other = others.find(({ sign }) => template.includes(sign));
  if (other) return other.reasoning;
  const name = closingTag.exec(template)?.[1];
  return name === undefined ? undefined : tags(`<${name}>`, `</${name}>`);
};

/** Where the answer to this rendered prompt starts; undefined without reasoning. */
export const reasoningStart = (
  reasoning: Reasoning | undefined,
  promptText: string,
): ReasoningStart | undefined => {
  if (!reasoning) return undefined;
  const { opened, closed } = endings(reasoning);
  const end = promptText.trimEnd();
  const endsWithOne = (texts: readonly string[]): boolean => texts.some((text) => end.endsWith(text));
  return { reasoning, at: endsWithOne(opened) ? 'open' : endsWithOne(closed) ? 'closed' : 'possible' };
};

const endings = (
  reasoning: Reasoning,
): { readonly opened: readonly string[]; readonly closed: readonly string[] } => {
  if (reasoning.style === 'harmony') {
    return { opened: ['<|channel|>analysis<|message|>'], closed: ['<|channel|>final<|message|>'] };
  }
  const { open, close, answer } = reasoning;
  return { opened: [open], closed: answer ? [close, answer.open] : [close] };
};
