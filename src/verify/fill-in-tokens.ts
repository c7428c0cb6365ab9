/** How families of models write what stands before and after the gap; as in their model cards. */
const families: readonly (readonly [name: RegExp, prompt: (before: string, after: string) => string])[] = [
  [/qwen|codegemma/i, (before, after) => `<|fim_prefix|>${before}<|fim_suffix|>${after}<|fim_middle|>`],
  [/deepseek/i, (before, after) => `<｜fim▁begin｜>${before}<｜fim▁hole｜>${after}<｜fim▁end｜>`],
  [/codestral|devstral|mistral/i, (before, after) => `[SUFFIX]${after}[PREFIX]${before}`],
  [/starcoder|granite|smollm/i, (before, after) => `<fim_prefix>${before}<fim_suffix>${after}<fim_middle>`],
];

/** The prompt with which a model of that name fills a gap; undefined where its tokens are not known. */
export const rawFillIn = (id: string, before: string, after: string): string | undefined =>
  families.find(([name]) => name.test(id))?.[1](before, after);
