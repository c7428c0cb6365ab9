import { kindOfValue } from './argument-types.ts';
import { type Writing, writings } from './grammars/literal-writing.ts';
import { anyId, anyIndex, type ToolSyntax, theKey, theName } from './tool-syntax.ts';

/** A call with its arguments as an object. */
export interface WrittenCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

const literalValue = (writing: Writing, value: unknown): string => {
  const [yes, no, nothing] = writing.words;
  if (typeof value === 'string') return writing.text(value);
  if (value === null || value === undefined) return nothing;
  if (typeof value === 'boolean') return value ? yes : no;
  if (typeof value !== 'object') return String(value);
  const members = Array.isArray(value)
    ? value.map((one) => literalValue(writing, one))
    : Object.entries(value).map(([key, one]) => writing.key(key) + literalValue(writing, one));
  const inner = members.join(writing.separator);
  return Array.isArray(value) ? `[${inner}]` : `{${inner}}`;
};

const writeArguments = ({ arguments: style }: ToolSyntax, values: WrittenCall['arguments']): string => {
  const members = Object.entries(values);
  if (style === 'json') return JSON.stringify(values);
  if (typeof style === 'string') {
    const writing = writings[style];
    return members
      .map(([key, value]) => key + writing.assign + literalValue(writing, value))
      .join(writing.separator);
  }
  return members
    .map(([key, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      const after = style.afterValue.replaceAll(theKey, key);
      return style.beforeKey + key + style.afterKey[kindOfValue(value)] + text + after;
    })
    .join('');
};

/** The calls of one turn as a model writes them. */
export const writeCalls = (syntax: ToolSyntax, calls: readonly WrittenCall[]): string => {
  const written = calls.map(({ name, arguments: values }, index) => {
    const fill = (text: string): string =>
      text
        .replaceAll(theName, name)
        .replaceAll(anyIndex, String(index))
        .replaceAll(anyId, `call${String(index).padStart(5, '0')}`);
    const { callOpen, afterName, callClose } = syntax;
    return fill(callOpen) + name + fill(afterName) + writeArguments(syntax, values) + fill(callClose);
  });
  return syntax.sectionOpen + written.join(syntax.between ?? '\n') + syntax.sectionClose;
};
