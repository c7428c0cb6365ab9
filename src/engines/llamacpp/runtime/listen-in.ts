import type { LlamaContext, NativeContext, NativeSampler } from './library.ts';
import type { Token } from './runtime.ts';

/** The library then says "Failed to sample next token" to the one it concerns. */
const noToken = -1;

/**
 * Listens in between the library and llama.cpp. The library does not tell where in a batch a sequence's logits lie;
 * what is thrown while it samples (by a grammar, say) would reach nobody: the request would wait for ever; and behind
 * a sliding window it would go back to a place of whose window a part is gone.
 */
export class ListenIn {
  readonly #place = new Map<number, number>();

  /** `window`: tokens that the model's sliding window spans; 0 where it has none. */
  constructor({ _ctx: native }: LlamaContext, window: number) {
    const addToBatch: NativeContext['addToBatch'] = native.addToBatch.bind(native);
    const sampleToken = native.sampleToken.bind(native) as SampleToken;
    replace(native, 'addToBatch', ((sequence, ...rest) => {
      const places = addToBatch(sequence, ...rest);
      const last = places.at(-1);
      if (last !== undefined) this.#place.set(sequence, last);
      return places;
    }) satisfies NativeContext['addToBatch']);
    replace(native, 'sampleToken', (async (place, sampler, ...wanted) => {
      if (wanted.length > 0) return sampleToken(place, sampler, ...wanted);
      return sampleToken(place, sampler).catch(() => noToken);
    }) satisfies SampleToken);
    const firstThere: NativeContext['getSequenceKvCacheMinPosition'] =
      native.getSequenceKvCacheMinPosition.bind(native);
    replace(native, 'getSequenceKvCacheMinPosition', ((sequence) => {
      const first = firstThere(sequence);
      return first > 0 ? first + window : first;
    }) satisfies NativeContext['getSequenceKvCacheMinPosition']);
  }

  /** Where the logits lie that follow a sequence's last token. */
  placeOf(sequence: number): number | undefined {
    return this.#place.get(sequence);
  }
}

type SampleToken = (place: number, sampler: NativeSampler, ...wanted: readonly unknown[]) => Promise<Token>;

/** Native classes are read-only to plain assignment. */
const replace = (native: NativeContext, name: keyof NativeContext, value: unknown): void => {
  Object.defineProperty(native, name, { value, configurable: true });
};
