import { anyId, anyIndex, type ToolSyntax, theKey, theName, type ValueKind } from './tool-syntax.ts';

/** A call with its arguments as an object. */
export interface WrittenCall {
  readonly name: string;
  readonly arguments: Readonly<Record<string, unknown>>;
}

const kindOf = (value: unknown): ValueKind => {
  if (Array.isArray(value)) return 'array';
  const type = typeof value;
  return type === 'string' || type === 'number' || type === 'boolean' ? type : 'object';
};

const pythonText = (text: string): string => `'${text.replace(/['\\]/g, '\\$&').replaceAll('\n', '\\n')}'`;

const pythonValue = (value: unknown): string => {
  if (typeof value === 'string') return pythonText(value);
  if (Array.isArray(value)) return `[${value.map(pythonValue).join(', ')}]`;
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value !== 'object') return String(value);
  return `{${Object.entries(value)
    .map(([key, one]) => `${pythonText(key)}: ${pythonValue(one)}`)
    .join(', ')}}`;
};

const gemmaValue = (value: unknown): string => {
  if (typeof value === 'string') return `<|"|>${value}<|"|>`;
  if (Array.isArray(value)) return `[${value.map(gemmaValue).join(',')}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `{${Object.entries(value)
    .map(([key, one]) => `${key}:${gemmaValue(one)}`)
    .join(',')}}`;
};

const writeArguments = ({ arguments: style }: ToolSyntax, values: WrittenCall['arguments']): string => {
  const members = Object.entries(values);
  if (style === 'json') return JSON.stringify(values);
  if (style === 'python') return members.map(([key, value]) => `${key}=${pythonValue(value)}`).join(', ');
  if (style === 'gemma') return members.map(([key, value]) => `${key}:${gemmaValue(value)}`).join(',');
  return members
    .map(([key, value]) => {
      const text = typeof value === 'string' ? value : JSON.stringify(value);
      const after = style.afterValue.replaceAll(theKey, key);
      return style.beforeKey + key + style.afterKey[kindOf(value)] + text + after;
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
