import { Agent, request } from 'node:http';
import { type Answer, eventsOf, type Fault, faults } from './faults.ts';

/** What came of one request. */
export interface Outcome {
  /** `none` for a request that nothing was to happen to. */
  readonly fault: string;
  readonly good: boolean;
  readonly answer: Answer;
}

/** ms between two tokens. */
const gap = 20;

const pick = <T>(from: readonly T[]): T => from[Math.floor(Math.random() * from.length)] as T;

const bodyOf = (fault: Fault | undefined, tokens: number): string => {
  if (fault?.name === 'sends no JSON') return '{"model":"tiny",';
  return JSON.stringify({ model: 'tiny', messages: [], stream: true, tokens, gap, fault: fault?.name });
};

/** Sends one request, with a fault in so many of a hundred. */
export const createClient = (url: string, keys: readonly string[], faultyPercent: number) => {
  const agent = new Agent({ keepAlive: true });

  const send = (fault: Fault | undefined, tokens: number): Promise<Answer> =>
    new Promise((resolve) => {
      const key = fault?.name === 'has no key' ? 'lai-nobody' : pick(keys);
      const headers = { 'content-type': 'application/json', authorization: `Bearer ${key}` };
      const sent = request(`${url}/v1/chat/completions`, { method: 'POST', agent, headers });
      const none = { status: 0, body: '', whole: false };
      sent.once('error', () => resolve(none));
      sent.once('response', (response) => {
        let body = '';
        const done = (whole: boolean): void => resolve({ status: response.statusCode ?? 0, body, whole });
        response.setEncoding('utf8');
        response.on('data', (piece: string) => {
          body += piece;
          if (fault?.name === 'leaves within a stream') sent.destroy();
        });
        response.once('end', () => done(response.complete));
        response.once('error', () => done(false));
        response.once('close', () => done(false));
        if (fault?.name === 'stops reading') {
          response.pause();
          // The connection is closed by then, which a paused reader learns only when it reads on.
          setTimeout(() => response.resume(), 4000);
        }
      });
      sent.end(bodyOf(fault, tokens));
      if (fault?.name === 'leaves at once') setTimeout(() => sent.destroy(), Math.random() * 30);
    });

  return {
    ask: async (): Promise<Outcome> => {
      const fault = Math.random() * 100 < faultyPercent ? pick(faults) : undefined;
      const tokens = 20 + Math.floor(Math.random() * 60);
      const answer = await send(fault, tokens);
      const right = ({ status, body, whole }: Answer): boolean =>
        status === 200 && whole && body === eventsOf(tokens).join('');
      return { fault: fault?.name ?? 'none', good: (fault?.fits ?? right)(answer), answer };
    },
    /** Closes the connections that nothing is asked on. */
    letGo: () => agent.destroy(),
  };
};
