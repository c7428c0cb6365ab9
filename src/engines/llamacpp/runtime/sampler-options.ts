import type { EvaluateOptions, GrammarState, TokenBias } from './library.ts';
import type { Sampling, Token } from './runtime.ts';

/** llama.cpp takes this seed as "choose one yourself" (LLAMA_DEFAULT_SEED). */
const reservedSeed = 0xffff_ffff;

/** Temperatures below this are greedy, as in vLLM (_SAMPLING_EPS). */
const greedyBelow = 1e-5;

/** Any whole number as the 32 bits that llama.cpp takes; equal seeds stay equal. */
export const nativeSeed = (seed: number): number => {
  const bits = Number(BigInt.asUintN(32, BigInt(Math.trunc(seed))));
  return bits === reservedSeed ? reservedSeed - 1 : bits;
};

const refuseShift = (): never => {
  throw new Error('the context is full');
};

/** The library would silently drop the beginning of a full context; we check lengths first and let it fail. */
export const neverShift = { strategy: refuseShift } as const;

/** What the sampler has to know of a generation while it runs. */
export interface SamplerInput {
  readonly sampling: Sampling;
  readonly prompt: readonly Token[];
  /** Grows while generating. */
  readonly generated: readonly Token[];
  readonly grammarState: () => GrammarState | undefined;
  readonly newBias: () => TokenBias;
}

/** Presence and frequency count what was generated; a repetition penalty counts the prompt too (vLLM's definitions). */
export const samplerOptions = (input: SamplerInput): EvaluateOptions => {
  const { sampling, grammarState } = input;
  const greedy = sampling.temperature < greedyBelow;
  const bias = tokenBias(input);
  const penalty = repeatPenalty(input);
  return {
    temperature: greedy ? 0 : sampling.temperature,
    minP: greedy || sampling.minP <= 0 ? null : sampling.minP,
    topK: greedy || sampling.topK <= 0 ? null : sampling.topK,
    topP: greedy || sampling.topP >= 1 ? null : sampling.topP,
    seed: nativeSeed(sampling.seed),
    yieldEogToken: true,
    contextShift: neverShift,
    grammarEvaluationState: grammarState,
    ...(penalty ? { repeatPenalty: penalty } : {}),
    ...(bias ? { tokenBias: bias } : {}),
  };
};

/** A fixed length, since the sampler is built anew whenever it changes. */
const penaltyMemory = 1 << 16;

const repeatPenalty = ({ sampling, prompt, generated }: SamplerInput): EvaluateOptions['repeatPenalty'] => {
  const { repetitionPenalty, presencePenalty, frequencyPenalty } = sampling;
  const withPrompt = repetitionPenalty !== 1;
  if (!withPrompt && presencePenalty === 0 && frequencyPenalty === 0) return undefined;
  return {
    punishTokens: withPrompt ? () => [...prompt, ...generated] : () => generated,
    maxPunishTokens: penaltyMemory,
    penalty: repetitionPenalty,
    // With a repetition penalty the native list holds the prompt as well: these two then go through the bias.
    presencePenalty: withPrompt ? 0 : presencePenalty,
    frequencyPenalty: withPrompt ? 0 : frequencyPenalty,
  };
};

const tokenBias = (input: SamplerInput): EvaluateOptions['tokenBias'] => {
  const { sampling, generated, newBias } = input;
  const { presencePenalty, frequencyPenalty } = sampling;
  const penalise = sampling.repetitionPenalty !== 1 && (presencePenalty !== 0 || frequencyPenalty !== 0);
  if (!penalise && sampling.logitBias.size === 0) return undefined;
  const fixed = newBias();
  for (const [token, value] of sampling.logitBias)
    fixed._biases.set(token, value <= -100 ? -Infinity : value);
  if (!penalise) return () => fixed;
  return () => {
    const now = newBias();
    for (const [token, value] of fixed._biases) now._biases.set(token, value);
    for (const [token, times] of counts(generated)) {
      now._biases.set(token, (now._biases.get(token) ?? 0) - presencePenalty - frequencyPenalty * times);
    }
    return now;
  };
};

const counts = (tokens: readonly Token[]): ReadonlyMap<Token, number> => {
  const table = new Map<Token, number>();
  for (const token of tokens) table.set(token, (table.get(token) ?? 0) + 1);
  return table;
};
