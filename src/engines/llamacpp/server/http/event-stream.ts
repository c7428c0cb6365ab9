import type { ServerResponse } from 'node:http';

/**
 * Server-sent events on a raw response. The headers go out with the first event, so that what fails before it is
 * still answered with a status of its own. A slow reader is not waited for: what it has not taken lies in the
 * response's buffer, which cannot grow past the answer's length, and nobody else's tokens are held up by it.
 */
export class EventStream {
  readonly #raw: ServerResponse;
  readonly #onOpen: () => void;
  #open = false;

  /** `onOpen`: told before the first byte, so that the framework keeps its hands off the response. */
  constructor(raw: ServerResponse, onOpen: () => void) {
    this.#raw = raw;
    this.#onOpen = onOpen;
  }

  get isOpen(): boolean {
    return this.#open;
  }

  send(data: unknown): void {
    this.#write(JSON.stringify(data));
  }

  /** OpenAI's last event. */
  end(): void {
    this.#write('[DONE]');
    this.#raw.end();
  }

  #write(data: string): void {
    if (!this.#open) {
      this.#open = true;
      this.#onOpen();
      this.#raw.writeHead(200, {
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-cache',
      });
    }
    if (!this.#raw.destroyed) this.#raw.write(`data: ${data}\n\n`);
  }
}
