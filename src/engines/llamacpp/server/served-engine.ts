import type { EngineHealth } from '../../../api/engine-health.ts';
import { failure, isFailure, type LocalaiError, reason } from '../../../errors.ts';
import type { AnswerEnd } from './answer/generate-answer.ts';
import { AnswerTimes } from './answer-times.ts';
import type { ServedModel } from './served-model.ts';

/** A client that asks while the model loads is told to come back after this time, s. */
const retryAfter = 2;

type State =
  | { readonly is: 'loading'; readonly phase: string }
  | { readonly is: 'ready'; readonly model: ServedModel }
  | { readonly is: 'sleeping' }
  | { readonly is: 'failed'; readonly fault: LocalaiError };

/** How far the engine is, and what came of the answers so far. */
export class ServedEngine {
  readonly modelId: string;
  readonly times = new AnswerTimes();
  #state: State = { is: 'loading', phase: 'starting' };
  readonly #notes: string[] = [];
  readonly #finished = new Map<string, number>();

  constructor(modelId: string) {
    this.modelId = modelId;
  }

  loading(phase: string): void {
    this.#state = { is: 'loading', phase };
  }

  ready(model: ServedModel): void {
    this.#state = { is: 'ready', model };
  }

  failed(caught: unknown): void {
    const fault = isFailure(caught)
      ? caught
      : failure('ENGINE_LOAD', { model: this.modelId, problem: reason(caught) }, caught);
    this.#state = { is: 'failed', fault };
  }

  /** The model is unloaded and comes back when it is told to. */
  sleeping(): void {
    this.#state = { is: 'sleeping' };
  }

  get isSleeping(): boolean {
    return this.#state.is === 'sleeping';
  }

  /** A line that a person should see in `status`. */
  note(line: string): void {
    this.#notes.push(line);
  }

  /** Throws MODEL_LOADING or what made loading fail. */
  get model(): ServedModel {
    const state = this.#state;
    if (state.is === 'ready') return state.model;
    if (state.is === 'failed') throw state.fault;
    const phase = state.is === 'sleeping' ? 'sleeping' : state.phase;
    throw failure('MODEL_LOADING', { model: this.modelId, phase, retryAfter });
  }

  get modelIfReady(): ServedModel | undefined {
    return this.#state.is === 'ready' ? this.#state.model : undefined;
  }

  countFinished({ finishReason, result }: AnswerEnd): void {
    this.#finished.set(finishReason, (this.#finished.get(finishReason) ?? 0) + 1);
    this.times.observe(result);
  }

  /** How many answers ended in which way. */
  get finished(): ReadonlyMap<string, number> {
    return this.#finished;
  }

  get health(): EngineHealth {
    const state = this.#state;
    const facts = this.modelIfReady?.runtime.facts;
    return {
      // As vLLM, whose sleep is no illness.
      status: state.is === 'sleeping' ? 'ready' : state.is,
      phase: state.is === 'loading' ? state.phase : state.is === 'sleeping' ? 'sleeping' : null,
      fault: state.is === 'failed' ? faultOf(state.fault) : null,
      backend: facts?.backend ?? null,
      context: facts?.contextTokens ?? null,
      parallel: facts?.parallel ?? null,
      threads: facts?.threads ?? null,
      tokensPerSecond: facts?.tokensPerSecond ?? null,
      capabilities: state.is === 'ready' ? capabilitiesOf(state.model) : null,
      notes: [...this.#notes],
    };
  }
}

const faultOf = ({ code, message, hint }: LocalaiError): EngineHealth['fault'] => ({ code, message, hint });

const capabilitiesOf = ({ runtime, syntax, reasoning }: ServedModel): EngineHealth['capabilities'] => ({
  chat: runtime.facts.generates && runtime.facts.chatTemplate !== undefined,
  tools: runtime.facts.generates && !syntax.listInSystem,
  reasoning: reasoning !== undefined,
  fim: runtime.facts.fim !== undefined,
});
