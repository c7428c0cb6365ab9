import { failure } from '../../../errors.ts';
import type { Verdict } from '../grammar/validate.ts';
import type { ChatTool } from './tool.ts';

/** Checks a finished call's arguments (JSON text) against its tool's schema. */
export const validateCall = (
  _tools: readonly ChatTool[],
  _call: { readonly name: string; readonly arguments: string },
): Verdict => {
  throw failure('BUG', { problem: 'validateCall is not written yet' });
};
