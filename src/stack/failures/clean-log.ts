/** One line of an engine's log without what its surroundings put around it. */
export interface LogLine {
  readonly level: 'info' | 'warning' | 'error' | undefined;
  readonly text: string;
  /** A line of source code that a traceback shows; its texts were not said. */
  readonly code: boolean;
  /** The function of a traceback's frame. */
  readonly frame: string | undefined;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: colours are made of them
const colours = /\u001b(\[[0-9;?]*[ -/]*[@-~]|\][^\u0007]*(\u0007|\u001b\\))/g;

const moment = String.raw`\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?`;

/** What stands before a line: the logger's time, the container's name, the process. Any of them, in any order. */
const prefixes: readonly RegExp[] = [
  new RegExp(String.raw`^\[?${moment}\]?\s`),
  /^[\w.-]+\s*\|\s/,
  /^(?:stdout|stderr) [FP] /,
  /^\w{3} [ \d]\d \d\d:\d\d:\d\d [\w.-]+ [\w./-]+\[\d+\]: /,
  /^\((?:[^()]*\s)?pid=\d+[^()]*\)(?:\s|$)/,
  /^\[rank\d+\]:(?:\s|$)/,
  /^ *\| (?=\S|$)/,
];

const levels = /^(DEBUG|INFO|WARNING|ERROR|CRITICAL|FATAL)\b/;

/** `ERROR 11-25 07:56:12 [core.py:1510] …`, `ERROR 04-26 01:59:07 core.py:145] …`, `ERROR:    …`, `… - ERROR - …`. */
const leveled =
  /^(?:[\w.]+ - )?(DEBUG|INFO|WARNING|ERROR|CRITICAL|FATAL)(?::\s*|\s+-\s+|\s+(?:\d\d-\d\d \d\d:\d\d:\d\d)?(?:\.\d+)?\s*(?:\[?[\w./-]+:\d+\])(?:\s|$))/;

/** `… UserWarning: …`, which Python prints without a level. */
const pythonWarning = /^\S+:\d+: \w*Warning: |^\w*Warning: /;

const withoutPrefixes = (line: string): string => {
  let text = line;
  for (let again = true; again; ) {
    again = false;
    for (const prefix of prefixes) {
      const next = text.replace(prefix, '');
      if (next === text) continue;
      text = next;
      again = true;
    }
  }
  return text;
};

/** What Docker keeps of a line. */
const unwrapped = (line: string): string => {
  if (!line.startsWith('{"log":')) return line;
  try {
    const { log } = JSON.parse(line) as { log?: unknown };
    return typeof log === 'string' ? log.trimEnd() : line;
  } catch {
    return line;
  }
};

const levelOf = (word: string | undefined): LogLine['level'] => {
  if (word === undefined) return undefined;
  if (word === 'DEBUG' || word === 'INFO') return 'info';
  return word === 'WARNING' ? 'warning' : 'error';
};

const read = (line: string): Pick<LogLine, 'level' | 'text'> => {
  let text = withoutPrefixes(line);
  const found = leveled.exec(text);
  if (found) text = withoutPrefixes(text.slice(found[0].length));
  const level = levelOf(
    found?.[1] ?? (/^\S+ (INFO|WARNING|ERROR) \S/.exec(text)?.[1] && levels.exec(text)?.[1]),
  );
  if (level === undefined && pythonWarning.test(text)) return { level: 'warning', text };
  return { level, text };
};

/** The lines of a log, whatever it came through: colours, progress bars, Docker, Compose, journald, several workers. Pure. */
export const cleanLog = (log: string): readonly LogLine[] => {
  const lines: LogLine[] = [];
  let inFrame = false;
  for (const raw of log.split(/\r?\n|\r/)) {
    const { level, text } = read(unwrapped(raw).replace(colours, ''));
    if (text.trim() === '') continue;
    const frame = /^\s*File "[^"]*", line \d+, in (\S+)/.exec(text)?.[1];
    const code: boolean = frame === undefined && inFrame && /^ {4,}/.test(text);
    inFrame = frame !== undefined || code;
    lines.push({ level, text: text.trimEnd(), code, frame });
  }
  return lines;
};
