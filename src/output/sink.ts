import type { Writable } from 'node:stream';

/** A stream we write to, as far as we look at it. */
export type OutputStream = Writable & { readonly isTTY?: boolean; readonly columns?: number };

/** A stream that may go away under us (`localai chat … | head -1`); then what we write is thrown away. */
export interface Sink {
  write(text: string): void;
  /** Resolves once more may be written. */
  writeAndWait(text: string): Promise<void>;
}

/** `onBroken` is told once, with the fault. */
export const createSink = (stream: OutputStream, onBroken: (fault: Error) => void): Sink => {
  let broken = false;
  let release: (() => void) | undefined;
  stream.on('error', (fault) => {
    release?.();
    if (broken) return;
    broken = true;
    onBroken(fault);
  });
  return {
    write: (text) => {
      if (!broken) stream.write(text);
    },
    writeAndWait: (text) =>
      new Promise((resolve) => {
        if (broken || stream.write(text)) return resolve();
        release = () => {
          stream.off('drain', release ?? (() => {}));
          release = undefined;
          resolve();
        };
        stream.once('drain', release);
      }),
  };
};
