import { anyId, type ToolSyntax, theName } from '../tool-syntax.ts';
import { sharedPrefix, sharedSuffix } from './common-text.ts';
import { dummy } from './dummy-turns.ts';
import { inferTags, withKinds } from './infer-tags.ts';

/** A call taken apart: up to its name, up to its arguments, and after them. */
export interface CallParts {
  readonly head: string;
  readonly afterName: string;
  readonly style: ToolSyntax['arguments'];
  readonly rest: string;
}

const { text, number } = dummy;
const wholeArguments: readonly { readonly style: 'json' | 'python' | 'gemma'; readonly pattern: RegExp }[] = [
  {
    style: 'json',
    pattern: new RegExp(
      `\\{\\s*"${text.key}":\\s*"${text.value}",\\s*"${number.key}":\\s*${number.value}\\s*\\}`,
    ),
  },
  { style: 'python', pattern: new RegExp(`${text.key}='${text.value}', ${number.key}=${number.value}`) },
  {
    style: 'gemma',
    pattern: new RegExp(`${text.key}:<\\|"\\|>${text.value}<\\|"\\|>,${number.key}:${number.value}`),
  },
];

/** The first call in a text; undefined when it can't be made out. */
const takeApart = (turn: string, name: string, id: string): CallParts | undefined => {
  const known = turn.replaceAll(id, anyId);
  for (const { style, pattern } of wholeArguments) {
    const found = pattern.exec(known);
    if (!found) continue;
    const nameAt = known.lastIndexOf(name, found.index);
    if (nameAt === -1) return undefined;
    return {
      head: known.slice(0, nameAt).replaceAll(name, theName),
      afterName: known.slice(nameAt + name.length, found.index),
      style,
      rest: known.slice(found.index + found[0].length).replaceAll(name, theName),
    };
  }
  return inferTags(known, name);
};

export type InferredSyntax = Omit<ToolSyntax, 'label' | 'listInSystem'>;

/**
 * The syntax behind a turn of one call and, where the template can write it, a turn of that call and a second one; both
 * without what every answer begins and ends with. `kinds`: a turn with arguments of all kinds.
 */
export const inferSyntax = (turns: {
  readonly one: string;
  readonly two: string | undefined;
  readonly kinds: string | undefined;
}): InferredSyntax | undefined => {
  const first = takeApart(turns.one, dummy.firstName, dummy.firstId);
  if (!first) return undefined;
  const { style } = first;
  const single: InferredSyntax = {
    style: 'plain',
    sectionOpen: '',
    callOpen: first.head,
    afterName: first.afterName,
    arguments: typeof style === 'string' || !turns.kinds ? style : withKinds(style, turns.kinds),
    callClose: first.rest,
    between: undefined,
    sectionClose: '',
  };
  const pair = turns.two === undefined ? undefined : inferPair(first, turns.two);
  return pair ? { ...single, ...pair } : single;
};

type Pair = Pick<
  ToolSyntax,
  'sectionOpen' | 'callOpen' | 'afterName' | 'callClose' | 'between' | 'sectionClose'
>;

/** What stands before both calls is the call's opening, what stands after both its closing. */
const inferPair = (first: CallParts, two: string): Pair | undefined => {
  const rest = takeApart(two, dummy.firstName, dummy.firstId)?.rest;
  const second = rest === undefined ? undefined : takeApart(rest, dummy.secondName, dummy.secondId);
  if (!second) return undefined;
  const open = sharedSuffix(first.head, second.head);
  const close = sharedPrefix(second.rest, open.second);
  const afterName = sharedPrefix(first.afterName, second.afterName);
  if (afterName.first !== '' || afterName.second !== '') return undefined;
  // Blanks after a call belong to what follows, so that a call ends with its marker.
  const callClose = close.text.trimEnd();
  const blanks = close.text.slice(callClose.length);
  return {
    sectionOpen: open.first,
    callOpen: open.text,
    afterName: afterName.text,
    callClose,
    between: blanks + close.second,
    sectionClose: (blanks + close.first).trimEnd(),
  };
};
