import { once } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { Template } from '@huggingface/jinja';
import type {
  GeneratedToken,
  Generation,
  GenerationResult,
  ModelFacts,
  Runtime,
  Token,
} from '../../src/engines/llamacpp/runtime/runtime.ts';

/**
 * A model that says what a test tells it to: one token per UTF-16 code unit, control tokens above. Each token comes
 * on a turn of the event loop of its own, so that a test can leave in the middle.
 */
export interface FakeRuntime extends Runtime {
  /** Everything that was asked to be generated, in order. */
  readonly generations: readonly Generation[];
  /** How many generations ended because the client left. */
  aborted: number;
}

export interface FakeModel {
  /** What it answers to a generation; a thrown error is an engine that failed. */
  readonly say?: (generation: Generation, index: number) => string;
  /** Throws after this many tokens. */
  readonly failAfter?: number;
  /** After its last token it says nothing more, but does not end until the client leaves. */
  readonly hangs?: boolean;
  readonly facts?: Partial<ModelFacts>;
}

const firstControl = 70_000;

const fakeFacts: ModelFacts = {
  file: '/models/fake.gguf',
  generates: true,
  contextTokens: 1000,
  trainContextTokens: 1000,
  vocabularySize: firstControl + 10,
  parallel: 2,
  backend: 'cpu',
  threads: { decode: 1, prefill: 2 },
  tokensPerSecond: 100,
  chatTemplate: undefined,
  bosText: '<s>',
  eosText: '<e>',
  addBos: false,
  controlTexts: ['<mid>', '<pre>', '<suf>', '<s>', '<e>'],
  fim: undefined,
};

export const fakeRuntime = (model: FakeModel = {}): FakeRuntime => {
  const facts = { ...fakeFacts, ...model.facts };
  const sums = { promptTokens: 0, generatedTokens: 0 };
  const generations: Generation[] = [];
  let running = 0;

  const tokenize = (text: string, special: boolean): Token[] => {
    const tokens: Token[] = [];
    for (let at = 0; at < text.length; ) {
      const control = special ? facts.controlTexts.findIndex((one) => text.startsWith(one, at)) : -1;
      tokens.push(control >= 0 ? firstControl + control : text.charCodeAt(at));
      at += control >= 0 ? (facts.controlTexts[control]?.length ?? 1) : 1;
    }
    return tokens;
  };
  const textOf = (token: Token): string =>
    token >= firstControl ? (facts.controlTexts[token - firstControl] ?? '') : String.fromCharCode(token);

  const speak = async (generation: Generation, tokens: readonly Token[]): Promise<[string, number]> => {
    for (const [i, token] of tokens.entries()) {
      await setImmediate();
      if (generation.signal.aborted) return ['abort', i];
      if (i === model.failAfter) throw new Error('the fake engine broke');
      const { logprobs } = generation;
      const top = [token, 0x3f].slice(0, logprobs).map((one, rank) => ({ token: one, logprob: -0.5 - rank }));
      const said: GeneratedToken = logprobs === undefined ? { token } : { token, logprob: -0.5, top };
      if (generation.onToken(said, textOf(token))) return ['stop', i + 1];
      if (i + 1 === generation.maxTokens) return ['length', i + 1];
    }
    if (!model.hangs) return ['stop', tokens.length];
    if (!generation.signal.aborted) await once(generation.signal, 'abort');
    return ['abort', tokens.length];
  };

  const runtime: FakeRuntime = {
    facts,
    generations,
    aborted: 0,
    gauges: () => ({ running, waiting: 0, kvUsage: 0.25, cachedTokens: 3, ...sums }),
    tokenize,
    detokenize: (tokens) => tokens.map(textOf).join(''),
    tokenBytes: (token) => new TextEncoder().encode(textOf(token)),
    renderTemplate: (template, variables) => new Template(template).render({ ...variables }),
    checkGrammar: (gbnf) => {
      if (!gbnf.includes('root')) throw new Error('no root');
    },
    generate: async (generation): Promise<GenerationResult> => {
      const index = generations.push(generation) - 1;
      running++;
      try {
        const said = model.say?.(generation, index) ?? 'ok';
        const [reason, count] = await speak(generation, tokenize(said, true));
        if (reason === 'abort') runtime.aborted++;
        sums.promptTokens += generation.prompt.length;
        sums.generatedTokens += count;
        return {
          reason: reason as GenerationResult['reason'],
          promptTokens: generation.prompt.length,
          cachedTokens: 3,
          completionTokens: count,
          firstTokenMs: 1,
          decodeMs: 1,
        };
      } finally {
        running--;
      }
    },
    embed: async (tokens) => [tokens.length, 0.5],
    close: async () => {},
  };
  return runtime;
};
