import type { Runtime } from '../runtime/runtime.ts';
import type { Reasoning } from '../tools/reasoning.ts';
import type { ToolSyntax } from '../tools/tool-syntax.ts';
import { badRequest, RequestError } from './request/request-error.ts';

/** A loaded model and what was found out about how it talks. */
export interface ServedModel {
  /** The id under which it is served. */
  readonly id: string;
  readonly runtime: Runtime;
  readonly syntax: ToolSyntax;
  readonly reasoning: Reasoning | undefined;
  readonly controlTexts: ReadonlySet<string>;
  /** When it was ready, s since 1970. */
  readonly created: number;
}

/** Throws vLLM's 404 when a request names another model; without a name it is this one. */
export const checkModelName = (model: ServedModel, asked: string | null | undefined): void => {
  if (!asked || asked === model.id) return;
  throw new RequestError(404, `The model \`${asked}\` does not exist.`, 'model');
};

/** Throws vLLM's 400 for a model that makes embeddings only; `what` as in "Chat Completions API". */
export const checkGenerates = ({ runtime }: ServedModel, what: string): void => {
  if (!runtime.facts.generates) throw badRequest(`The model does not support ${what}`, 'model');
};
