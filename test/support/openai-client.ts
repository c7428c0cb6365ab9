import OpenAI from 'openai';
import { Agent, fetch } from 'undici';

/** OpenAI's own SDK against a server on a Unix socket. Without retries: a test wants to see the first answer. */
export const openaiOn = (socketPath: string): OpenAI => {
  const dispatcher = new Agent({ connect: { socketPath } });
  const overSocket = (url: unknown, init?: object): Promise<unknown> =>
    fetch(url as string, { ...init, dispatcher });
  return new OpenAI({
    baseURL: 'http://localhost/v1',
    apiKey: 'none',
    maxRetries: 0,
    fetch: overSocket as typeof globalThis.fetch,
  });
};
