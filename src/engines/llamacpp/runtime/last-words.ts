/** The engine's last words before something failed: its errors seldom say why. */
export class LastWords {
  #line: string | undefined;

  /** The library's logger. */
  readonly log = (level: string, message: string): void => {
    const line = message.trim().replace(/\s+/g, ' ');
    if (line !== '' && (level === 'error' || level === 'fatal')) this.#line = line;
  };

  /** What was thrown, with the last error line behind it where there is one. */
  explain(thrown: string): string {
    return this.#line === undefined ? thrown : `${thrown} (${this.#line})`;
  }
}
