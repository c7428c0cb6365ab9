import type { RenderTemplate } from '../tool-syntax.ts';
import { type DummyCall, DummyTurns, dummy, twoArguments } from './dummy-turns.ts';

/** How a template takes the calls and results of earlier turns. */
export interface CallHistory {
  /** `object` and `text`: what it wants arguments as · `none`: it drops or refuses calls. */
  readonly calls: 'object' | 'text' | 'none';
  /** More than one call in a turn. */
  readonly several: boolean;
  readonly results: boolean;
}

const call = (name: string, id: string, values: unknown): DummyCall => ({ name, id, arguments: values });

/** Python's way of printing an object: the template expected JSON text. */
const printed = `{'${dummy.text.key}'`;

/** Found out by rendering dummy calls. */
export const callHistory = (template: string, render: RenderTemplate): CallHistory => {
  const turns = new DummyTurns(template, render);
  const taken = (values: unknown): Omit<CallHistory, 'calls'> => {
    const first = call(dummy.firstName, dummy.firstId, values);
    const second = call(dummy.secondName, dummy.secondId, values);
    const several = turns.callTurn([first, second])?.includes(dummy.secondName) ?? false;
    return { several, results: turns.keepsResult(first) };
  };
  const turn = (values: unknown): string | undefined =>
    turns.callTurn([call(dummy.firstName, dummy.firstId, values)]);
  const withObject = turn(twoArguments);
  if (withObject !== undefined && !withObject.includes(printed))
    return { calls: 'object', ...taken(twoArguments) };
  const asText = JSON.stringify(twoArguments);
  if (turn(asText) === undefined) return { calls: 'none', several: false, results: false };
  return { calls: 'text', ...taken(asText) };
};
