import type { Context } from '../../context.ts';
import { probeMachine } from '../../machine/probe-machine.ts';
import { findFamily } from '../../models/catalog/families.ts';
import { resolveNamed } from '../../models/choose.ts';

/** A word for a family means its best member for this machine, and which one that is is said; all else means itself. */
export const meantHere = async ({ system, output }: Context, typed: string): Promise<string> => {
  const word = typed.trim();
  if (!findFamily(word)) return typed;
  const model = resolveNamed(word, await probeMachine(system));
  if (!model) return typed;
  output.note(`${word} means ${model.name} on this machine.`);
  return model.name;
};
