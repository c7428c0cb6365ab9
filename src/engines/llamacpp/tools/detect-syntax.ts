import { failure } from '../../../errors.ts';
import type { RenderTemplate, ToolSyntax } from './tool-syntax.ts';

/** Finds out how a template writes tool calls, by rendering dummy calls. Never throws: at worst the generic syntax. */
export const detectToolSyntax = (_model: {
  readonly template: string | undefined;
  readonly render: RenderTemplate;
}): ToolSyntax => {
  throw failure('BUG', { problem: 'detectToolSyntax is not written yet' });
};
