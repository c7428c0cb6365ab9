import { Pool } from 'undici';

export const benchKey = 'lai-bench';

const path = '/v1/chat/completions';

const headers = { 'content-type': 'application/json', authorization: `Bearer ${benchKey}` };

/** ms from the question: to the first byte of the answer's body, and to its end. */
export interface Timed {
  readonly first: number;
  readonly whole: number;
}

export const openPool = (url: string): Pool => new Pool(url, { pipelining: 1, allowH2: false });

const bodyOf = (fields: object): string =>
  JSON.stringify({ model: 'tiny', messages: [{ role: 'user', content: 'Say hello.' }], ...fields });

/** One request to its end. */
const ask = (pool: Pool, fields: object): Promise<Timed> =>
  new Promise((resolve, reject) => {
    const begun = performance.now();
    let first = 0;
    pool.dispatch(
      { path, method: 'POST', body: bodyOf(fields), headers },
      {
        onRequestStart: () => {},
        onResponseStart: (_controller, status) => {
          if (status !== 200) reject(new Error(`answered ${status}`));
        },
        onResponseData: () => {
          if (first === 0) first = performance.now() - begun;
        },
        onResponseEnd: () => resolve({ first, whole: performance.now() - begun }),
        onResponseError: (_controller, error) => reject(error),
      },
    );
  });

/** `times` requests, `atOnce` at any time. */
export const askMany = async (
  pool: Pool,
  times: number,
  atOnce: number,
  fields: object,
): Promise<readonly Timed[]> => {
  const done: Timed[] = [];
  let left = times;
  const worker = async (): Promise<void> => {
    while (left-- > 0) done.push(await ask(pool, fields));
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return done;
};

/** The bytes of a request, for a client on a bare socket. */
export const requestBytes = (fields: object): string => {
  const body = bodyOf(fields);
  const lines = Object.entries({ host: '127.0.0.1', ...headers, 'content-length': Buffer.byteLength(body) });
  return `POST ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n${body}`;
};

export const quantile = (values: readonly number[], q: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * q))] ?? Number.NaN;

export const median = (values: readonly number[]): number => quantile(values, 0.5);
