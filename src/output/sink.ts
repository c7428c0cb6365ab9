import type { Writable } from 'node:stream';

/** A stream we write to, as far as we look at it. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** A stream that may go away under us (`localai chat … | head -1`); then what we write is thrown away. */
export interface Sink {
  write(text: string): void;
  /** Resolves once more may be written. */
  writeAndWait(text: string): Promise<void>;
}

/** Whoever runs the command listens for faults of the stream, too, and decides what they mean. */
export const createSink = (stream: OutputStream): Sink => {
  let broken = false;
  const waiting = new Set<() => void>();
  const release = (): void => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  stream.on('drain', release);
  stream.on('error', () => {
    broken = true;
    release();
  });
  return {
    write: (text) => {
      if (!broken) stream.write(text);
    },
    writeAndWait: (text) =>
      new Promise((resolve) => {
        if (broken || stream.write(text)) resolve();
        else waiting.add(resolve);
      }),
  };
};
