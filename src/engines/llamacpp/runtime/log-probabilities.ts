import type { Llama, LlamaContext, LlamaModel, NativeSampler } from './library.ts';
import type { ListenIn } from './listen-in.ts';
import type { Token, TokenChoice } from './runtime.ts';

/**
 * Reads log-probabilities of the model's own distribution (before temperature, penalties, bias and grammar, like
 * vLLM) after a step and before the next one overwrites the logits. One at a time: the sampler has one buffer.
 */
export class LogProbabilities {
  readonly #context: LlamaContext;
  readonly #sampler: NativeSampler;
  readonly #listenIn: ListenIn;

  constructor(llama: Llama, model: LlamaModel, context: LlamaContext, listenIn: ListenIn) {
    this.#context = context;
    this.#listenIn = listenIn;
    this.#sampler = new llama._bindings.AddonSampler(model._model);
    this.#sampler.applyConfig({ temperature: 0, seed: 0 });
  }

  /** For the sequence's last token: the log-probability of `chosen`, and the `count` most likely tokens. */
  async read(
    sequence: number,
    chosen: Token,
    count: number,
  ): Promise<{ logprob: number; top: readonly TokenChoice[] }> {
    const place = this.#listenIn.placeOf(sequence);
    if (place === undefined) throw new Error('no logits for this sequence');
    const wanted: [Token[], boolean, boolean, boolean, number] = [
      [chosen],
      false,
      false,
      false,
      Math.max(1, count),
    ];
    const [, , , logits, weight] = await this.#context._ctx.sampleToken(
      place,
      this.#sampler,
      false,
      false,
      wanted,
      true,
    );
    if (!logits || weight === undefined) throw new Error('the engine gave no logits');
    return fromLogits(logits, weight, chosen, count);
  }

  dispose(): void {
    this.#sampler.dispose();
  }
}

/**
 * `flat` is token, logit, token, logit, …, the highest first; `weight` the sum of exp(logit - highest) over the whole
 * vocabulary. log p = logit - highest - ln(weight).
 */
export const fromLogits = (
  flat: readonly number[],
  weight: number,
  chosen: Token,
  count: number,
): { logprob: number; top: readonly TokenChoice[] } => {
  const logits = new Map<Token, number>();
  for (let i = 0; i + 1 < flat.length; i += 2) logits.set(flat[i] ?? -1, flat[i + 1] ?? -Infinity);
  const highest = Math.max(...logits.values());
  const base = highest + Math.log(weight);
  const choices = [...logits].map(([token, logit]): TokenChoice => ({ token, logprob: logit - base }));
  choices.sort((a, b) => b.logprob - a.logprob);
  return { logprob: (logits.get(chosen) ?? -Infinity) - base, top: choices.slice(0, count) };
};
