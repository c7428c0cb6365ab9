import type { ChildProcess } from 'node:child_process';
import { connect } from 'node:net';
import { requestBytes } from './load.ts';
import type { Target } from './target.ts';

/** How far a request has come when its client leaves. */
const phases = {
  prefill: { stream: true, silent: true },
  stream: { stream: true, tokens: 1_000_000, gap: 20 },
  unary: { silent: true },
} as const;

export type Phase = keyof typeof phases;
export const leavingPhases = Object.keys(phases) as readonly Phase[];

interface Said {
  readonly arrived?: string;
  readonly closed?: string;
  readonly at?: number;
}

let marks = 0;

/** How long an engine is kept busy after a client left, at most, ms: some never notice. */
const longest = 1000;

/** From when a client left to when the engine's connection was closed, ms; `longest` when it was not. */
export const timeToLeave = (target: Target, engine: ChildProcess, phase: Phase): Promise<number> =>
  new Promise((resolve) => {
    const mark = `m${marks++}`;
    const { hostname, port } = new URL(target.url);
    const socket = connect(Number(port), hostname);
    socket.on('error', () => {});
    socket.write(requestBytes({ ...phases[phase], mark }));
    let left = 0;
    const done = (ms: number): void => {
      clearTimeout(timer);
      engine.off('message', hear);
      resolve(ms);
    };
    const timer = setTimeout(() => done(longest), longest + 500);
    const leave = (): void => {
      if (left !== 0) return;
      left = Number(process.hrtime.bigint());
      socket.destroy();
    };
    const hear = ({ arrived, closed, at = 0 }: Said): void => {
      // A moment later: in the middle of its wait.
      if (arrived === mark && phase !== 'stream') setTimeout(leave, 20);
      if (closed === mark) done((at - left) / 1e6);
    };
    engine.on('message', hear);
    if (phase === 'stream') socket.once('data', () => setTimeout(leave, 30));
    else socket.resume();
  });
