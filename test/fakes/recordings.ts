import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAnswer } from '../support/parse-answer.ts';
import { type Call, json, type Script } from './upstream.ts';
import { type Ask, type AskName, asks } from './vllm-asks.ts';
import { type Piece, wire } from './wire.ts';

/** What a real engine answered: the bytes of each read and when they came, ms since the request was sent. */
export interface Recording {
  readonly pieces: readonly (readonly [number, string])[];
  readonly closed: 'kept' | 'by the engine' | 'by the client';
}

/** What else was recorded than answers to `asks`. */
type Further = 'engine-death' | 'engine-death-stream' | 'health-dead' | 'keep-alive-stream';

/** What a client had not waited for goes on. */
const after = { kept: 'kept', 'by the engine': 'closed', 'by the client': 'open' } as const;

const folder = join(import.meta.dirname, '../fixtures/vllm');

const recording = (name: AskName | Further): Recording =>
  JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8'));

/** Answers as the engine did, in the same pieces. `pace`: 1 as it was, 0 without pauses. */
export const replay = (name: AskName | Further, pace = 0): Script => {
  const { pieces, closed } = recording(name);
  let last = 0;
  const paced = pieces.flatMap(([at, text]): Piece[] => {
    const pause = (at - last) * pace;
    last = at;
    return pause >= 1 ? [pause, text] : [text];
  });
  return wire(paced, after[closed]);
};

/** An answer's body as it was recorded, without the framing of its transport. */
export const recordedBody = (name: AskName | Further): string => {
  const whole = recording(name).pieces.map(([, text]) => text);
  return parseAnswer(Buffer.from(whole.join(''))).body.toString();
};

const same = (call: Call, { method, path, body = '' }: Ask): boolean =>
  call.method === method && call.path === path && call.body.toString() === body;

/** A vLLM that knows only what was recorded of one, and how many requests it has. `running`: those, itself included. */
export const recordedVllm =
  (running: () => number, pace = 0): Script =>
  (call) => {
    if (call.path === '/metrics') {
      call.response.end(`vllm:num_requests_running{engine="0"} ${running() - 1}.0\n`);
      return;
    }
    const name = (Object.keys(asks) as AskName[]).find((one) => same(call, asks[one]));
    const answer =
      name === undefined ? json({ error: { message: 'not recorded' } }, 501) : replay(name, pace);
    return answer(call);
  };
