/** The engine's last log lines, since its errors seldom say why. */
export class LastWords {
  #error: string | undefined;
  #warning: string | undefined;

  /** The library's logger. */
  readonly log = (level: string, message: string): void => {
    const line = message.trim().replace(/\s+/g, ' ');
    if (line === '') return;
    if (level === 'error' || level === 'fatal') this.#error = line;
    else if (level === 'warn') this.#warning = line;
  };

  get error(): string | undefined {
    return this.#error;
  }

  /** What went wrong: what was thrown, with the last line where that says no more than that it did. */
  explain(thrown: string): string {
    const line = this.#error ?? (this.#error === undefined ? this.#warning : undefined);
    return line === undefined || thrown.includes(line) ? thrown : `${thrown} (${line})`;
  }
}
