import { createInterface } from 'node:readline/promises';
import type { ChatMessage } from '../../client/chat.ts';
import type { Context } from '../../context.ts';

/** Answers one turn, given all that was said before. */
export type Turn = (messages: readonly ChatMessage[], signal: AbortSignal) => Promise<string>;

/**
 * Question by question on the terminal, until the end of input or `/exit`. Ctrl-C stops an answer; at the prompt it
 * ends. Prompts go to stderr: what is on stdout is answers only.
 */
export const converse = async (
  { input, output, signal }: Context,
  opening: readonly ChatMessage[],
  turn: Turn,
): Promise<void> => {
  const lines = createInterface({ input, output: process.stderr, terminal: true, prompt: '> ' });
  const messages: ChatMessage[] = [...opening];
  let answering: AbortController | undefined;
  lines.on('SIGINT', () => (answering ? answering.abort() : lines.close()));
  const stop = (): void => lines.close();
  signal.addEventListener('abort', stop, { once: true });
  output.note('Ask away. Ctrl-C stops an answer, Ctrl-D ends.');
  try {
    lines.prompt();
    for await (const line of lines) {
      const content = line.trim();
      if (content === '/exit') break;
      if (content !== '') {
        messages.push({ role: 'user', content });
        answering = new AbortController();
        const either = AbortSignal.any([signal, answering.signal]);
        try {
          messages.push({ role: 'assistant', content: await turn(messages, either) });
        } catch (caught) {
          if (!answering.signal.aborted || signal.aborted) throw caught;
          messages.pop();
          output.note('\n(stopped)');
        }
        answering = undefined;
      }
      lines.prompt();
    }
    output.note('');
  } finally {
    signal.removeEventListener('abort', stop);
    lines.close();
  }
  signal.throwIfAborted();
};
