import { failure } from '../../../errors.ts';
import type { ChatTool } from './tool.ts';

/** The list of tools and how to call them in the generic syntax, for models whose template knows no tools. */
export const toolsAsSystemText = (_tools: readonly ChatTool[]): string => {
  throw failure('BUG', { problem: 'toolsAsSystemText is not written yet' });
};
