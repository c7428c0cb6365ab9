import { createParser } from 'eventsource-parser';

/** Errors come as an event once the status line has gone out. */
export const isError = (data: string): boolean => /^\s*\{\s*"error"/.test(data);

/** The `data:` lines of an event stream, until `[DONE]`; a stream that ends before that was cut off. */
export async function* eventData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string, void, void> {
  const decoder = new TextDecoder();
  const ready: string[] = [];
  const parser = createParser({ onEvent: ({ data }) => ready.push(data) });
  for await (const bytes of body) {
    parser.feed(decoder.decode(bytes, { stream: true }));
    for (const data of ready.splice(0)) {
      if (data === '[DONE]') return;
      yield data;
    }
  }
  throw new Error('the answer broke off');
}
