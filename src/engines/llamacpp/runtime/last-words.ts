import type { Clock } from '../../../system/clock.ts';

/** Lines that only say that it failed. */
const saysNothing = /failed to load model$|failed to create context$/i;

/** The library hands lines on from another thread, ms after what they explain. */
const lateness = 30;

/** The engine's last words before something failed: its errors seldom say why. */
export class LastWords {
  readonly #clock: Clock;
  #line: string | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The library's logger. */
  readonly log = (level: string, message: string): void => {
    if (level !== 'error' && level !== 'fatal') return;
    const line = message
      .trim()
      .replace(/\s+/g, ' ')
      .replace(/^.*error loading model: /, '');
    if (line !== '' && !saysNothing.test(line)) this.#line = line;
  };

  /** What was thrown, with the last error line that says something behind it, when there is one. */
  async explain(thrown: string): Promise<string> {
    await this.#clock.sleep(lateness);
    return this.#line === undefined ? thrown : `${thrown} (${this.#line})`;
  }
}
