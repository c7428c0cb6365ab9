/** Every field that `--query-gpu` is asked for, in nvidia-smi's own names. */
export const queryFields = [
  ...['index', 'name', 'uuid', 'pci.bus_id', 'driver_version'],
  ...['memory.total', 'memory.used', 'memory.free', 'compute_cap', 'display_active'],
  ...[
    'power.limit',
    'power.default_limit',
    'power.draw',
    'temperature.gpu',
    'compute_mode',
    'mig.mode.current',
  ],
] as const;

/** Those that every driver of the last ten years knows; asked for when one of the others is refused. */
export const oldFields = [
  ...['index', 'name', 'uuid', 'pci.bus_id', 'driver_version'],
  ...['memory.total', 'memory.used', 'memory.free'],
] as const;

export type QueryField = (typeof queryFields)[number];

/** One card's line, by field; a field that the driver has no value for is left out. */
export interface QueryRow {
  readonly values: Readonly<Partial<Record<QueryField, string>>>;
  /** Fields that hold a fault in place of a value. */
  readonly faults: readonly string[];
}

/** Words in place of a value that mean "not here", and nothing bad. */
const absentValue = /^\[?(N\/A|Not Supported|Not Available|Unknown|Insufficient Permissions)\]?$/i;

/** Words in place of a value that mean that the card is in trouble. */
const faultyValue = /^\[?(ERR!|Unknown Error|GPU is lost|GPU requires reset|No data)\]?$/i;

/** A value as nvidia-smi prints it, in CSV and XML alike: undefined where it has none. */
export const plainValue = (text: string): string | undefined => {
  const value = text.trim();
  return value === '' || absentValue.test(value) || faultyValue.test(value) ? undefined : value;
};

export const isFaulty = (text: string): boolean => faultyValue.test(text.trim());

const rowOf = (line: string, fields: readonly QueryField[]): QueryRow | undefined => {
  const cells = line.split(/,\s*/).map((cell) => cell.trim());
  // Warnings stand between the lines of some drivers.
  if (cells.length !== fields.length || !/^\d+$/.test(cells[0] ?? '')) return undefined;
  const values: Partial<Record<QueryField, string>> = {};
  const faults: string[] = [];
  for (const [index, field] of fields.entries()) {
    const cell = cells[index] ?? '';
    const value = plainValue(cell);
    if (value !== undefined) values[field] = value;
    if (isFaulty(cell)) faults.push(`${field}: ${cell}`);
  }
  return { values, faults };
};

/** Reads `--format=csv,noheader,nounits`: one line a card. */
export const parseQuery = (stdout: string, fields: readonly QueryField[]): readonly QueryRow[] =>
  stdout
    .split('\n')
    .map((line) => rowOf(line, fields))
    .filter((row) => row !== undefined);

/** Whether nvidia-smi refused a field that this driver does not know. */
export const refusesField = (text: string): boolean => /is not a valid field to query/i.test(text);
