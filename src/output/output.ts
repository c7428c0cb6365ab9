/**
 * stdout is a contract, stderr is for people. A command's result goes to stdout (as text, or as one JSON document
 * with `--json`); progress, notes and warnings go to stderr. Nothing else in the project writes to either.
 */

export interface OutputOptions {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
  /** The words the user typed to start us: `localai` or `npx localai`. Replaces `{localai}` in every text. */
  readonly invocation: string;
}

export interface TaskHandle {
  /** Replaces the title. */
  title(text: string): void;
  /** The line below the title: what it is doing now. */
  status(text: string): void;
  /** A progress bar with a true denominator; speed and time left are worked out here. `unit` is shown after figures. */
  progress(done: number, total: number, unit?: 'bytes' | 'tokens'): void;
  /** Marks the task as not needed, with the reason. */
  skip(reason: string): void;
}

export interface Task {
  readonly title: string;
  readonly run: (task: TaskHandle, signal: AbortSignal) => Promise<void>;
}

export interface Column<Row> {
  readonly title: string;
  readonly value: (row: Row) => string;
  readonly align?: 'left' | 'right';
}

export interface Output {
  readonly options: OutputOptions;
  /** True when a person can be asked: stdin and stderr are terminals and neither --json nor CI is set. */
  readonly interactive: boolean;
  /** The command's result for people: stdout, with a line end. Not shown with --json. */
  print(text: string): void;
  /** The command's result for programs: one JSON document on stdout. Shown only with --json. */
  data(value: unknown): void;
  /** One JSON line on stdout, for commands that report progress with --json. */
  dataLine(value: unknown): void;
  /** Raw text to stdout, as it comes; resolves when more may be written. */
  stream(text: string): Promise<void>;
  /** Prose for people on stderr; not with --quiet. */
  note(text: string): void;
  /** Prose on stderr with --verbose only. */
  detail(text: string): void;
  /** Always on stderr, marked as a warning. */
  warn(text: string): void;
  /** An aligned table on stdout; `empty` is printed when there are no rows. Not shown with --json. */
  table<Row>(rows: readonly Row[], columns: readonly Column<Row>[], empty: string): void;
  /** Runs tasks one after another, showing each; plain lines when stderr is no terminal. Stops at the first failure. */
  tasks(tasks: readonly Task[], signal: AbortSignal): Promise<void>;
  /** Asks yes or no. Without a terminal it throws NEEDS_TTY naming `flag`; `--yes` answers it before it is asked. */
  confirm(question: string, choice: { readonly flag: string; readonly initial: boolean }): Promise<boolean>;
  /** Replaces `{localai}` by what the user typed. */
  words(text: string): string;
  /** How wide the terminal on stdout is; undefined where there is none. */
  readonly columns: number | undefined;
  /** Colours that are plain text when colours are off (NO_COLOR, no terminal). For stdout text. */
  readonly paint: Paint;
}

export interface Paint {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
  cyan(text: string): string;
}
