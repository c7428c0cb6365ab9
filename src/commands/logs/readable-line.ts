/** pino's levels. */
const levels: Readonly<Record<number, string>> = {
  20: 'debug',
  30: 'info',
  40: 'warn',
  50: 'error',
  60: 'fatal',
};

/** What pino adds to every line and nobody reads. */
const noise = ['level', 'time', 'pid', 'hostname', 'msg'];

const shown = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

/** A line of the gateway's log, which is JSON, for a person; any other line as it is. */
export const readableLine = (line: string): string => {
  if (!line.startsWith('{')) return line;
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return line;
  }
  const { level, time, msg } = entry;
  if (typeof time !== 'number') return line;
  const facts = Object.entries(entry)
    .filter(([name]) => !noise.includes(name))
    .map(([name, value]) => `${name}=${shown(value)}`);
  const head = [new Date(time).toISOString(), levels[Number(level)] ?? String(level), msg ?? ''];
  return [...head, ...facts].filter((part) => part !== '').join(' ');
};
