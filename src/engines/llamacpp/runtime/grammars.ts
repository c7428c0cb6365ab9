import type { Grammar, GrammarState, Llama, LlamaModel, NativeLibrary } from './library.ts';

const kept = 32;

/** Compiled grammars, the most recently used ones kept: an agent sends the same tools with every request. */
export class Grammars {
  readonly #library: NativeLibrary;
  readonly #llama: Llama;
  readonly #model: LlamaModel;
  readonly #compiled = new Map<string, Grammar>();

  constructor(library: NativeLibrary, llama: Llama, model: LlamaModel) {
    this.#library = library;
    this.#llama = llama;
    this.#model = model;
  }

  /** Throws when it is no valid grammar; llama.cpp writes the place to stderr, its error has no detail. */
  compile(gbnf: string): Grammar {
    const known = this.#compiled.get(gbnf);
    const grammar = known ?? new this.#library.LlamaGrammar(this.#llama, { grammar: gbnf });
    this.#compiled.delete(gbnf);
    this.#compiled.set(gbnf, grammar);
    for (const oldest of this.#compiled.keys()) {
      if (this.#compiled.size <= kept) break;
      this.#compiled.delete(oldest);
    }
    return grammar;
  }

  /** A state at the grammar's beginning. */
  start(gbnf: string): GrammarState {
    return new this.#library.LlamaGrammarEvaluationState({ model: this.#model, grammar: this.compile(gbnf) });
  }
}
