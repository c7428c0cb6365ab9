import { request } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The body, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  readonly json: any;
  /** The `data:` lines of an event stream, parsed; `[DONE]` as it is. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers freely
  readonly events: readonly any[];
}

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const eventsOf = (text: string): readonly unknown[] =>
  text
    .split('\n\n')
    .filter((event) => event.startsWith('data: '))
    .map((event) => event.slice('data: '.length))
    .map((data) => (data === '[DONE]' ? data : JSON.parse(data)));

export type HttpPlace = { readonly port: number } | { readonly socketPath: string };

/** One request over a real connection; a body is sent as JSON unless it is text already. */
export const http = (
  place: HttpPlace,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<HttpAnswer> =>
  new Promise((resolve, reject) => {
    const type = body === undefined ? {} : { 'content-type': 'application/json' };
    const sent = request({ host: '127.0.0.1', ...place, method, path, headers: { ...type, ...headers } });
    sent.on('error', reject);
    sent.on('response', async (answer) => {
      try {
        let text = '';
        for await (const chunk of answer.setEncoding('utf8')) text += chunk;
        const status = answer.statusCode ?? 0;
        resolve({ status, headers: answer.headers, text, json: parse(text), events: eventsOf(text) });
      } catch (caught) {
        reject(caught);
      }
    });
    sent.end(body === undefined || typeof body === 'string' ? body : JSON.stringify(body));
  });
