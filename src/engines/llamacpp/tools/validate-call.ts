import { type Verdict, validateInstance } from '../grammar/validate.ts';
import { isObject } from './argument-types.ts';
import type { ChatTool } from './tool.ts';

const invalid = (problem: string): Verdict => ({ outcome: 'invalid', problems: [problem] });

/** Checks a finished call's arguments (JSON text) against its tool's schema. */
export const validateCall = (
  tools: readonly ChatTool[],
  call: { readonly name: string; readonly arguments: string },
): Verdict => {
  const tool = tools.find(({ function: { name } }) => name === call.name);
  if (!tool) return invalid(`there is no tool "${call.name}"`);
  const parsed = parse(call.arguments);
  if (!parsed) return invalid('the arguments are not valid JSON');
  if (!isObject(parsed.value)) return invalid('the arguments are not a JSON object');
  const { parameters } = tool.function;
  if (parameters === undefined || parameters === null) return { outcome: 'valid' };
  return validateInstance(parameters, parsed.value);
};

const parse = (text: string): { readonly value: unknown } | undefined => {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined;
  }
};
