/** Finds where JSON text goes wrong; used only once JSON.parse has refused it, since V8 often leaves the place out. */

export interface JsonFault {
  /** Characters before the fault. */
  readonly at: number;
  readonly line: number;
  readonly column: number;
  readonly problem: string;
}

const blanks = /[\t\n\r ]*/y;
const escapeSequence = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;
const scalar = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.+-])/y;

/** Moves `at` past what `pattern` matches there; -1 when it does not. */
const past = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : -1;
};

/** The place after the string that begins at `at`; -1 when it is none. A loop: prompts are too long for one pattern. */
const pastString = (text: string, at: number): number => {
  if (text[at] !== '"') return -1;
  for (let next = at + 1; next !== -1 && next < text.length; ) {
    if (text[next] === '"') return next + 1;
    if (text.charCodeAt(next) < 0x20) return -1;
    next = text[next] === '\\' ? past(escapeSequence, text, next) : next + 1;
  }
  return -1;
};

type Expectation = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma or end' | 'end';

const words: Readonly<Record<Expectation, string>> = {
  value: 'a value was expected',
  'value or ]': 'a value or "]" was expected',
  key: 'a key in double quotes was expected',
  'key or }': 'a key in double quotes or "}" was expected',
  colon: '":" was expected',
  'comma or end': '"," or the closing bracket was expected',
  end: 'nothing more was expected',
};

interface Step {
  readonly at: number;
  readonly next: Expectation;
}

const stepValue = (text: string, at: number, open: string[]): Step | undefined => {
  const first = text[at];
  if (first === '{' || first === '[') {
    open.push(first);
    return { at: at + 1, next: first === '{' ? 'key or }' : 'value or ]' };
  }
  const after = first === '"' ? pastString(text, at) : past(scalar, text, at);
  return after === -1 ? undefined : { at: after, next: open.length === 0 ? 'end' : 'comma or end' };
};

const stepClose = (at: number, open: string[]): Step => {
  open.pop();
  return { at: at + 1, next: open.length === 0 ? 'end' : 'comma or end' };
};

/** One step of a strict reader with its own stack, so that deep nesting cannot exhaust ours. */
const step = (text: string, at: number, expected: Expectation, open: string[]): Step | undefined => {
  const first = text[at];
  const inObject = open.at(-1) === '{';
  if (expected === 'value or ]' && first === ']') return stepClose(at, open);
  if (expected === 'key or }' && first === '}') return stepClose(at, open);
  if (expected === 'value' || expected === 'value or ]') return stepValue(text, at, open);
  if (expected === 'key' || expected === 'key or }') {
    const after = pastString(text, at);
    return after === -1 ? undefined : { at: after, next: 'colon' };
  }
  if (expected === 'colon') return first === ':' ? { at: at + 1, next: 'value' } : undefined;
  if (expected === 'comma or end') {
    if (first === ',') return { at: at + 1, next: inObject ? 'key' : 'value' };
    return first === (inObject ? '}' : ']') ? stepClose(at, open) : undefined;
  }
  return undefined;
};

/** The first place where `text` stops being JSON; undefined when it is JSON after all. */
export const findJsonFault = (text: string): JsonFault | undefined => {
  const open: string[] = [];
  let at = 0;
  let expected: Expectation = 'value';
  for (;;) {
    at = past(blanks, text, at);
    if (at >= text.length && expected === 'end') return undefined;
    const done: Step | undefined = at < text.length ? step(text, at, expected, open) : undefined;
    if (!done) return describe(text, at, words[expected]);
    at = done.at;
    expected = done.next;
  }
};

const describe = (text: string, at: number, problem: string): JsonFault => {
  const before = text.slice(0, at);
  const line = before.split('\n').length;
  const column = at - before.lastIndexOf('\n');
  return { at, line, column, problem: at >= text.length ? `it ends too early: ${problem}` : problem };
};
