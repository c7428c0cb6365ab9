import type { Embedder } from './embedder.ts';
import type { Token } from './runtime.ts';

/** What the queue needs of an embedder. */
export type ChunkEmbedder = Pick<Embedder, 'complete' | 'begin' | 'chunkEnd' | 'evaluate' | 'finish'>;

interface Task {
  readonly tokens: readonly Token[];
  readonly signal: AbortSignal;
  readonly resolve: (vector: readonly number[]) => void;
  readonly reject: (caught: unknown) => void;
}

/** Prompts that wait for their embedding: evaluated one by one, a chunk between every two steps of the others. */
export class EmbeddingQueue {
  readonly #embedder: ChunkEmbedder;
  readonly #beforeChunk: () => void;
  readonly #tasks: Task[] = [];
  /** The task at work and how many of its tokens have been evaluated. */
  #current: { readonly task: Task; position: number } | undefined;

  constructor(embedder: ChunkEmbedder, beforeChunk: () => void) {
    this.#embedder = embedder;
    this.#beforeChunk = beforeChunk;
  }

  get hasWork(): boolean {
    return this.#tasks.length > 0;
  }

  get running(): number {
    return this.#current ? 1 : 0;
  }

  get waiting(): number {
    return this.#tasks.length - this.running;
  }

  /** Rejects with the signal's reason when the client leaves. */
  add(tokens: readonly Token[], signal: AbortSignal): Promise<readonly number[]> {
    return new Promise((resolve, reject) => {
      const leave = (): void => reject(signal.reason);
      if (signal.aborted) return leave();
      signal.addEventListener('abort', leave, { once: true });
      const settled = <T>(settle: (value: T) => void) => {
        return (value: T): void => {
          signal.removeEventListener('abort', leave);
          settle(value);
        };
      };
      const complete = this.#embedder.complete(tokens);
      this.#tasks.push({ tokens: complete, signal, resolve: settled(resolve), reject: settled(reject) });
    });
  }

  /** Evaluates one chunk, when there is one to evaluate. */
  async step(): Promise<void> {
    const task = this.#tasks[0];
    if (!task) return;
    try {
      if (task.signal.aborted || (await this.#evaluate(task))) this.#drop();
    } catch (caught) {
      task.reject(caught);
      this.#drop();
    }
  }

  /** True when the whole prompt has been evaluated. */
  async #evaluate(task: Task): Promise<boolean> {
    const { tokens } = task;
    this.#beforeChunk();
    if (this.#current?.task !== task) {
      await this.#embedder.begin(tokens.length);
      this.#current = { task, position: 0 };
    }
    const { position } = this.#current;
    const end = this.#embedder.chunkEnd(position, tokens.length);
    const part = tokens.slice(position, end);
    this.#current.position = end;
    if (end === tokens.length) {
      task.resolve(await this.#embedder.finish(part));
      return true;
    }
    await this.#embedder.evaluate(part);
    return false;
  }

  #drop(): void {
    this.#tasks.shift();
    this.#current = undefined;
  }
}
