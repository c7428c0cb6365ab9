/**
 * The minor version of vLLM that was current when a family of models was new. A row without a version is most likely a
 * report from those weeks. Sources: release notes of vLLM and the models' first rows in the calibration file.
 */
const families: readonly (readonly [pattern: RegExp, minor: number])[] = [
  [/qwen-?3\.8/, 27],
  [/gemma-4-12b/, 23],
  [/qwen-?3\.6|laguna|deepseek-v4/, 22],
  [/gemma-4/, 21],
  [/qwen-?3\.5|glm-4\.7/, 17],
  [/qwen3-next|qwen3-vl|qwen3-coder|qwen3.*2507/, 10],
  [/gpt-oss|qwen3-235b/, 10],
  [/qwen3|gemma-3|llama-4|mistral-small-3/, 8],
  [/qwen-?2|llama-3|gemma-2|phi-|mixtral|mistral|codellama/, 6],
];

/** For models that nobody here has heard of. */
const middle = 19;

/** The likely minor version for a model of this name. */
export const likelyVersion = (name: string): number =>
  families.find(([pattern]) => pattern.test(name.toLowerCase()))?.[1] ?? middle;
