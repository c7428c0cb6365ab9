import { z } from 'zod';
import { ask } from '../ask.ts';
import type { ModelCheck, Scene } from '../check.ts';
import { complete } from '../completion-answer.ts';
import { rawFillIn } from '../fill-in-tokens.ts';
import { type Finding, Mismatch, must, ok, PassedOver, Refused, skipped } from '../result.ts';
import { parsed, shaped } from '../shape.ts';
import type { VerifiedModel } from '../verified-model.ts';

const before = 'def add(a, b):\n';
/** A model may find that nothing is missing before one of them. */
const afters = ['\n\nprint(add(1, 2))\n', '\n'];
const tokens = { max_tokens: 40, temperature: 0 };

/** By the model's own tokens in the prompt, as editors do where `suffix` is not taken. */
const fillInRaw = async (scene: Scene, model: VerifiedModel, why: string): Promise<Finding> => {
  const [after = ''] = afters;
  const prompt = rawFillIn(model.id, before, after);
  if (prompt === undefined) throw new PassedOver(why);
  const { text } = await complete(scene, { model: model.id, prompt, ...tokens });
  must(text.trim() !== '', 'nothing was filled in');
  return ok(`${JSON.stringify(text.slice(0, 50))}, with its own tokens in the prompt (${why})`);
};

const fillInBySuffix = async (scene: Scene, model: VerifiedModel): Promise<Finding> => {
  const body = { model: model.id, prompt: before, ...tokens };
  const alone = await complete(scene, { ...body, max_tokens: 1 });
  for (const suffix of afters) {
    const { text, promptTokens } = await complete(scene, { ...body, suffix });
    // Some engines take no notice of it; the prompt is then no longer than alone.
    if (promptTokens <= alone.promptTokens) return fillInRaw(scene, model, 'suffix is passed over');
    if (text.trim() !== '') return ok(JSON.stringify(text.slice(0, 50)));
  }
  throw new Mismatch('nothing was filled in');
};

const fillIn: ModelCheck = {
  id: 'fim',
  title: 'fills in the middle of code',
  needs: 'fim',
  run: async (scene, model) => {
    if (!model.capabilities.fim) return skipped('it was not made for filling in the middle');
    try {
      return await fillInBySuffix(scene, model);
    } catch (caught) {
      if (caught instanceof Refused) return fillInRaw(scene, model, 'suffix is refused');
      throw caught;
    }
  },
};

const vectors = z.object({
  object: z.literal('list'),
  data: z.array(z.object({ index: z.int(), embedding: z.array(z.number()).min(1) })).length(3),
  usage: z.object({ prompt_tokens: z.int().positive() }),
});

const cosine = (a: readonly number[], b: readonly number[]): number => {
  const dot = (x: readonly number[], y: readonly number[]): number =>
    x.reduce((sum, value, at) => sum + value * (y[at] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
};

const embeddings: ModelCheck = {
  id: 'embeddings',
  title: 'turns texts into vectors, the same text into the same',
  needs: 'embeddings',
  run: async (scene, model) => {
    const input = ['The cat sleeps.', 'A tax return has four pages.', 'The cat sleeps.'];
    const text = await ask(scene, '/v1/embeddings', { model: model.id, input });
    const { data } = shaped(vectors, parsed(text, 'the answer'), 'the answer');
    const [one = [], other = [], again = []] = data.map(({ embedding }) => embedding);
    must(one.length === other.length && one.length === again.length, 'the vectors differ in length');
    must(cosine(one, again) > 0.99, `the same text twice is only ${cosine(one, again).toFixed(3)} alike`);
    must(cosine(one, other) < 0.9999, 'different texts have the same vector');
    return ok(`${one.length} numbers each`);
  },
};

export const specialChecks: readonly ModelCheck[] = [fillIn, embeddings];
