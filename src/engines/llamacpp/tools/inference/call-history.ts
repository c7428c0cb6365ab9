import type { RenderTemplate } from '../tool-syntax.ts';
import { type DummyCall, DummyTurns, dummy, twoArguments } from './dummy-turns.ts';

/** How a template takes the calls and results of earlier turns. */
export interface CallHistory {
  /** `object` and `text`: what it wants arguments as · `none`: it drops or refuses calls. */
  readonly calls: 'object' | 'text' | 'none';
  readonly results: boolean;
}

const call = (values: unknown): DummyCall => ({
  name: dummy.firstName,
  id: dummy.firstId,
  arguments: values,
});

/** Python's way of printing an object: the template expected JSON text. */
const printed = `{'${dummy.text.key}'`;

/** Found out by rendering a dummy call. */
export const callHistory = (template: string, render: RenderTemplate): CallHistory => {
  const turns = new DummyTurns(template, render);
  const asObject = call(twoArguments);
  const asText = call(JSON.stringify(twoArguments));
  const withObject = turns.callTurn([asObject]);
  if (withObject !== undefined && !withObject.includes(printed)) {
    return { calls: 'object', results: turns.keepsResult(asObject) };
  }
  if (turns.callTurn([asText]) === undefined) return { calls: 'none', results: false };
  return { calls: 'text', results: turns.keepsResult(asText) };
};
