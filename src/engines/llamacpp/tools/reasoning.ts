import { failure } from '../../../errors.ts';

/** How a model marks its thinking. `harmony`: gpt-oss's channels. */
export type Reasoning =
  | { readonly style: 'tags'; readonly open: string; readonly close: string }
  | { readonly style: 'harmony' };

/** How an answer starts: `open` the prompt's end already opened the thinking · `closed` and closed it again ·
 *  `possible` the model may begin with it. */
export interface ReasoningStart {
  readonly reasoning: Reasoning;
  readonly at: 'open' | 'closed' | 'possible';
}

/** From the template's text; undefined when it knows no thinking. */
export const detectReasoning = (_template: string | undefined): Reasoning | undefined => {
  throw failure('BUG', { problem: 'detectReasoning is not written yet' });
};

/** Where the answer to this rendered prompt starts; undefined without reasoning. */
export const reasoningStart = (
  _reasoning: Reasoning | undefined,
  _promptText: string,
): ReasoningStart | undefined => {
  throw failure('BUG', { problem: 'reasoningStart is not written yet' });
};
