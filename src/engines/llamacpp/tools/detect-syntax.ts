import { genericSyntax, harmonySyntax, unwrittenSyntax } from './generic-syntax.ts';
import { sharedPrefix, sharedSuffix } from './inference/common-text.ts';
import { allKinds, type DummyCall, DummyTurns, dummy, twoArguments } from './inference/dummy-turns.ts';
import { type InferredSyntax, inferSyntax } from './inference/infer-syntax.ts';
import { detectReasoning, type Reasoning } from './reasoning.ts';
import type { RenderTemplate, ToolSyntax } from './tool-syntax.ts';

const firstCall: DummyCall = { name: dummy.firstName, id: dummy.firstId, arguments: twoArguments };
const secondCall: DummyCall = { name: dummy.secondName, id: dummy.secondId, arguments: twoArguments };

/** A few templates write the arguments as they come, so that an object becomes Python's way of printing it. */
const asText = (call: DummyCall): DummyCall => ({ ...call, arguments: JSON.stringify(call.arguments) });

/**
 * An end token after the last call, and whatever the template adds after it. Gemma 4 opens the tool's response in the
 * same turn, which ends the answer too.
 */
const turnEnd = new RegExp(
  `<[|｜](?:tool_response>|[^<>]*(?:eos|eot|eom|end[_▁]of[_▁])[^<>]*[|｜]>)(?![\\s\\S]*${dummy.number.value})[\\s\\S]*$`,
);

/** A marker like `<|calls|>` at the end of a turn of calls, where other turns end with another one. */
const lastMarker = /<\|[^<>|]*\|>\s*$/;

/** What every answer of a template begins and ends with. */
interface Frame {
  readonly prompt: string;
  readonly before: string;
  readonly after: string;
  readonly reasoning: Reasoning | undefined;
}

/** The turn without its frame. */
const callsOnly = (turn: string, frame: Frame): string => {
  const started = turn.startsWith(frame.prompt)
    ? turn.slice(frame.prompt.length)
    : sharedPrefix(frame.before, turn).second;
  const body = withoutThinking(started, frame.reasoning).replace(turnEnd, '');
  const end = sharedSuffix(frame.after.trimEnd(), body.trimEnd());
  if (end.text !== '') return end.second.trimEnd();
  return frame.after.trim() === '' ? body.trimEnd() : body.replace(lastMarker, '').trimEnd();
};

const withoutNewlines = (text: string): string => text.replace(/^\n+/, '');

/** Templates write empty thinking, or an empty answer, before calls. */
const withoutThinking = (body: string, reasoning: Reasoning | undefined): string => {
  let text = withoutNewlines(body);
  if (reasoning?.style !== 'tags') return text;
  const { open, close, answer } = reasoning;
  for (const marker of [open, close, answer?.open, answer?.close]) {
    if (marker !== undefined && text.startsWith(marker)) text = withoutNewlines(text.slice(marker.length));
  }
  return text;
};

const labelOf = (opening: string): string => {
  if (opening === '') return 'name first';
  if (opening.startsWith('{')) return 'bare JSON';
  return /<[^<>\n]+>|\[[A-Z_]+\]|[^\s{["]+/.exec(opening)?.[0] ?? opening;
};

const withCdata = (syntax: InferredSyntax, template: string): InferredSyntax => {
  const style = syntax.arguments;
  if (typeof style === 'string' || !template.includes('<![CDATA[')) return syntax;
  return { ...syntax, arguments: { ...style, cdata: true } };
};

const infer = (template: string, turns: DummyTurns): Omit<ToolSyntax, 'listInSystem'> | undefined => {
  const plain = turns.plainTurn() ?? { before: '', after: '' };
  const frame = { ...plain, prompt: turns.promptEnd() ?? '', reasoning: detectReasoning(template) };
  for (const form of [(call: DummyCall) => call, asText]) {
    const turn = (calls: readonly DummyCall[]): string | undefined => {
      const rendered = turns.callTurn(calls.map(form));
      return rendered === undefined ? undefined : callsOnly(rendered, frame);
    };
    const one = turn([firstCall]);
    if (one === undefined) continue;
    const two = turn([firstCall, secondCall]);
    const found = inferSyntax({ one, two, kinds: turn([{ ...firstCall, arguments: allKinds }]) });
    if (found) return { label: labelOf(found.sectionOpen + found.callOpen), ...withCdata(found, template) };
  }
  return undefined;
};

/** Finds out how a template writes tool calls, by rendering dummy calls. Never throws: at worst the generic syntax. */
export const detectToolSyntax = (model: {
  readonly template: string | undefined;
  readonly render: RenderTemplate;
}): ToolSyntax => {
  const { template, render } = model;
  if (template === undefined) return genericSyntax;
  const turns = new DummyTurns(template, render);
  const listInSystem = !turns.listsTools();
  if (detectReasoning(template)?.style === 'harmony') return { ...harmonySyntax, listInSystem };
  const written = infer(template, turns);
  if (written) return { ...written, listInSystem };
  return (listInSystem ? undefined : unwrittenSyntax(template)) ?? genericSyntax;
};
