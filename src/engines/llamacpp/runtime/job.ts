import { LateGrammar } from './late-grammar.ts';
import type { GrammarState, LlamaSequence, TokenBias } from './library.ts';
import type { GeneratedToken, Generation, GenerationResult, Token } from './runtime.ts';
import { samplerOptions } from './sampler-options.ts';
import type { Slot } from './slot.ts';
import { TextStream } from './text-stream.ts';

type Reason = GenerationResult['reason'];

/** What a request needs of the model it is for. */
export interface JobModel {
  /** Tokens that a prompt and its answer may have together. */
  readonly contextTokens: number;
  isEnd(token: Token): boolean;
  detokenize(tokens: readonly Token[]): string;
  startGrammar(gbnf: string): GrammarState;
  newBias(): TokenBias;
  /** ms; only differences mean something. */
  now(): number;
}

/** Another slot's state that a request waits for, to begin with a copy of it. */
export interface AwaitedState {
  readonly slot: Slot;
  /** Who brings the tokens there; when that request is over, no more will come. */
  readonly job: Job | undefined;
  readonly tokens: number;
}

/** A request on its way: what it asked for, how far it is, and the promise of its end. */
export class Job {
  readonly request: Generation;
  readonly done: Promise<GenerationResult>;
  /** The place it is worked on; undefined while it waits for one. */
  slot: Slot | undefined;
  awaited: AwaitedState | undefined;
  /** Leading tokens of its place that stay. */
  keep = 0;
  readonly #model: JobModel;
  readonly #generated: Token[] = [];
  readonly #text: TextStream;
  readonly #grammar: LateGrammar | undefined;
  readonly #submittedAt: number;
  #decoder: ReturnType<LlamaSequence['evaluateWithMetadata']> | undefined;
  #cachedTokens: number | undefined;
  #firstAt: number | undefined;
  #lastAt: number | undefined;
  #isSettled = false;
  #resolve: (result: GenerationResult) => void = () => {};
  #reject: (caught: unknown) => void = () => {};

  constructor(request: Generation, model: JobModel) {
    this.request = request;
    this.#model = model;
    this.#submittedAt = model.now();
    this.#text = new TextStream((tokens) => model.detokenize(tokens), request.prompt);
    this.#grammar = request.grammar && new LateGrammar(request.grammar, (gbnf) => model.startGrammar(gbnf));
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  get prompt(): readonly Token[] {
    return this.request.prompt;
  }

  get generatedCount(): number {
    return this.#generated.length;
  }

  /** Whether its promise has been kept or broken; what is left is to free its place. */
  get isSettled(): boolean {
    return this.#isSettled;
  }

  /** Whether the whole prompt has been evaluated. */
  get isDecoding(): boolean {
    return this.#decoder !== undefined;
  }

  /** Told, before the first evaluation, how many tokens of its prompt are in memory already. */
  begin(cachedTokens: number): void {
    this.#cachedTokens ??= cachedTokens;
  }

  /** To be called before `next`. Throws when the grammar that is to hold from here on is not valid. */
  prepare(): void {
    this.#grammar?.prepare();
  }

  /**
   * The next token, after evaluating the last one; `rest` is the end of the prompt, the first time. Rejects when no
   * token is allowed, and when the evaluation fails.
   */
  async next(slot: Slot, rest: readonly Token[]): Promise<Token> {
    const evaluated = this.#decoder ? this.#generated.slice(-1) : rest;
    this.#decoder ??= slot.sequence.evaluateWithMetadata(rest, {}, this.#samplerOptions());
    const { value } = await this.#decoder.next();
    if (!value) throw new Error('the engine gave no token');
    for (const token of evaluated) slot.tokens.push(token);
    return value.token;
  }

  #samplerOptions() {
    return samplerOptions({
      sampling: this.request.sampling,
      prompt: this.prompt,
      generated: this.#generated,
      grammarState: () => this.#grammar?.state,
      newBias: () => this.#model.newBias(),
    });
  }

  /** Hands a token on. Returns why the answer ends with it, when it does. Throws what the receiver throws. */
  deliver(token: GeneratedToken): Reason | undefined {
    this.#generated.push(token.token);
    this.#lastAt = this.#model.now();
    this.#firstAt ??= this.#lastAt;
    // Under a grammar an end token says that the text is complete; nothing could follow.
    const mayContinue = this.request.ignoreEos === true && !this.#grammar?.state;
    if (!mayContinue && this.#model.isEnd(token.token)) return 'stop';
    const text = this.#text.push(token.token);
    this.#grammar?.push(text);
    if (this.request.onToken(token, text)) return 'stop';
    const total = this.prompt.length + this.generatedCount;
    const isFull = this.generatedCount >= this.request.maxTokens || total >= this.#model.contextTokens;
    return isFull ? 'length' : undefined;
  }

  settle(reason: Reason): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    const firstAt = this.#firstAt ?? this.#model.now();
    this.#resolve({
      reason,
      promptTokens: this.prompt.length,
      cachedTokens: this.#cachedTokens ?? 0,
      completionTokens: this.generatedCount,
      firstTokenMs: firstAt - this.#submittedAt,
      decodeMs: (this.#lastAt ?? firstAt) - firstAt,
    });
  }

  fail(caught: unknown): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    this.#reject(caught);
  }

  /** Lets go of the sampler. */
  async end(): Promise<void> {
    await this.#decoder?.return();
  }
}
