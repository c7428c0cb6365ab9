import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { engineLibrary } from '../../../../test/support/engine.ts';
import { smokeModel } from '../../../../test/support/smoke-model.ts';
import { realSystem } from '../../../system/system.ts';
import type { LlamacppSpec } from '../spec.ts';
import { openRuntime } from './open-runtime.ts';
import type { GeneratedToken, Generation, GenerationResult, Runtime, Sampling, Token } from './runtime.ts';

let folder: string;
let spec: LlamacppSpec;
let runtime: Runtime;
const log: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'runtime-'));
  spec = {
    libraryFolder: await engineLibrary(),
    file: smokeModel,
    modelId: 'small',
    contextTokens: 640,
    parallel: 3,
    cores: 2,
    gpu: 'auto',
    memoryBytes: 4e9,
    tuningFile: join(folder, 'threads.json'),
    socket: join(folder, 'engine.sock'),
  };
  runtime = await openRuntime(spec, { system: realSystem(), onDetail: (line) => log.push(line) });
});

afterAll(async () => {
  await runtime?.close();
  rmSync(folder, { recursive: true, force: true });
});

const greedy: Sampling = {
  temperature: 0,
  topP: 1,
  topK: 0,
  minP: 0,
  seed: 1,
  presencePenalty: 0,
  frequencyPenalty: 0,
  repetitionPenalty: 1,
  logitBias: new Map(),
};

interface Answer extends GenerationResult {
  readonly text: string;
  readonly tokens: readonly GeneratedToken[];
}

const generate = async (prompt: readonly Token[], more: Partial<Generation> = {}): Promise<Answer> => {
  const tokens: GeneratedToken[] = [];
  let text = '';
  const result = await runtime.generate({
    prompt,
    maxTokens: 24,
    sampling: greedy,
    signal: new AbortController().signal,
    onToken: (token, piece) => {
      tokens.push(token);
      text += piece;
      return false;
    },
    ...more,
  });
  return { ...result, text, tokens };
};

const chat = (question: string): Token[] =>
  runtime.tokenize(`<|im_start|>user\n${question}<|im_end|>\n<|im_start|>assistant\n`, true);

/** A prompt of `count` tokens that shares nothing with that of another seed. */
const book = (seed: number, count: number): Token[] =>
  Array.from({ length: count }, (_, i) => 8 + ((seed * 7919 + i * 104_729) % 2000));

test('says what it is', () => {
  expect(runtime.facts).toMatchObject({
    file: 'localai-smoke.gguf',
    contextTokens: 640,
    trainContextTokens: 2048,
    vocabularySize: 2048,
    parallel: 3,
    backend: 'cpu',
    eosText: '<|im_end|>',
    addBos: false,
    fim: { prefix: 3, suffix: 4, middle: 5 },
  });
  expect(runtime.facts.chatTemplate).toContain('<|im_start|>');
  expect(runtime.facts.controlTexts).toContain('<|im_end|>');
  const lengths = runtime.facts.controlTexts.map((text) => text.length);
  expect(lengths).toEqual([...lengths].sort((a, b) => b - a));
});

test('measures the threads at the first start, and never takes more than there are cores', async () => {
  const { threads, tokensPerSecond } = runtime.facts;
  for (const count of [threads.decode, threads.prefill]) expect([1, 2]).toContain(count);
  expect(tokensPerSecond).toBeGreaterThan(0);
  expect(log.filter((line) => line.startsWith('measured'))).toHaveLength(1);
});

test('text becomes tokens and text again; control tokens only where they are meant', () => {
  const text = 'naïve 漢字 😀 <|im_start|>';
  expect(runtime.detokenize(runtime.tokenize(text, false), false)).toBe(text);
  const control = runtime.tokenize('<|im_start|>', true);
  expect(control).toHaveLength(1);
  expect(runtime.tokenize('<|im_start|>', false).length).toBeGreaterThan(1);
  expect(runtime.detokenize(control, false)).toBe('');
  expect(runtime.detokenize(control, true)).toBe('<|im_start|>');
});

test("the bytes of a text's tokens are the text's bytes", () => {
  const text = ' naïve 漢字 😀\n<|im_end|>';
  const bytes = runtime.tokenize(text, true).flatMap((token) => [...runtime.tokenBytes(token)]);
  expect(new TextDecoder().decode(Uint8Array.from(bytes))).toBe(text);
});

test('renders templates, and says what is wrong with one', () => {
  const rendered = runtime.renderTemplate('{% for m in messages %}[{{ m.content }}]{% endfor %}', {
    messages: [{ content: 'hi' }, { content: 'ho' }],
  });
  expect(rendered).toBe('[hi][ho]');
  expect(() => runtime.renderTemplate('{% for %}', {})).toThrow();
});

test('answers, and the same question again from memory, with the same words', async () => {
  const first = await generate(chat('What is the capital of France?'));
  expect(first).toMatchObject({ reason: 'stop', cachedTokens: 0 });
  expect(first.text).toContain('Paris');
  const again = await generate(chat('What is the capital of France?'));
  expect(again.text).toBe(first.text);
  expect(again.cachedTokens).toBe(again.promptTokens - 2);
});

test('an answer does not depend on who else is served', async () => {
  const prompts = [chat('What is localai?'), book(1, 150), chat('Tell me a story.'), book(2, 90)];
  // Long enough to be at work together.
  const long = { maxTokens: 64, ignoreEos: true };
  const alone: string[] = [];
  for (const prompt of prompts) alone.push((await generate(prompt, long)).text);
  const together = await Promise.all(prompts.map((prompt) => generate(prompt, long)));
  expect(together.map(({ text }) => text)).toEqual(alone);
});

test('more clients than places: all are answered', async () => {
  const long = { maxTokens: 100, ignoreEos: true };
  const answers = Promise.all([1, 2, 3, 4, 5, 6, 7].map((n) => generate(chat(`What is ${n} + ${n}?`), long)));
  while (runtime.gauges().running < 3) await new Promise((resolve) => setImmediate(resolve));
  expect(runtime.gauges()).toMatchObject({ running: 3, waiting: 4 });
  for (const { text } of await answers) expect(text).not.toBe('');
  expect(runtime.gauges()).toMatchObject({ running: 0, waiting: 0 });
});

test('a long preamble is not read again, though others asked in between', async () => {
  const preamble = book(3, 400);
  const first = await generate([...preamble, ...chat('Hello.')], { maxTokens: 4 });
  expect(first.cachedTokens).toBe(0);
  for (const question of ['One?', 'Two?', 'Three?', 'Four?'])
    await generate(chat(question), { maxTokens: 4 });
  const answer = first.tokens.map(({ token }) => token);
  const second = await generate([...preamble, ...chat('Hello.'), ...answer, ...chat('And?')], {
    maxTokens: 4,
  });
  expect(second.cachedTokens).toBeGreaterThanOrEqual(first.promptTokens);
  expect(second.firstTokenMs).toBeLessThan(first.firstTokenMs);
});

test('another branch of a conversation begins with a copy that is exact', async () => {
  const preamble = book(4, 250);
  const branch = [...preamble, ...chat('Say yes.')];
  const fresh = await generate(branch);
  await generate([...preamble, ...book(5, 300)], { maxTokens: 2 });
  const copied = await generate(branch);
  expect(copied.cachedTokens).toBeGreaterThanOrEqual(250);
  expect(copied.text).toBe(fresh.text);
});

test('several answers to one prompt read it once', async () => {
  const prompt = book(6, 200);
  const sampling = (seed: number): Sampling => ({ ...greedy, temperature: 1, seed });
  const answers = await Promise.all([1, 2, 3].map((seed) => generate(prompt, { sampling: sampling(seed) })));
  const cached = answers.map(({ cachedTokens }) => cachedTokens).sort((a, b) => a - b);
  expect(cached).toEqual([0, 198, 198]);
  expect(new Set(answers.map(({ text }) => text)).size).toBe(3);
  const again = await generate(prompt, { sampling: sampling(2) });
  expect(again.text).toBe(answers[1]?.text);
});

test('others get tokens while a long prompt is read', async () => {
  let tokens = 0;
  const leaving = new AbortController();
  const short = generate(chat('Tell a very long story.'), {
    maxTokens: 600,
    ignoreEos: true,
    signal: leaving.signal,
    onToken: () => {
      tokens++;
      return false;
    },
  });
  while (tokens === 0) await new Promise((resolve) => setImmediate(resolve));
  const before = tokens;
  await generate(book(7, 300), { maxTokens: 1 });
  // A chunk beside others has at most 64 tokens, and there is a token between any two chunks.
  expect(tokens - before).toBeGreaterThanOrEqual(300 / 64 - 1);
  leaving.abort();
  expect(await short).toMatchObject({ reason: 'abort' });
});

test('a client that leaves while its prompt is read is let go at once, and what was read stays', async () => {
  const leaving = new AbortController();
  const prompt = book(8, 560);
  const before = runtime.gauges().kvUsage;
  const answer = generate(prompt, { signal: leaving.signal });
  // Something of it has been read: the places are free, so the memory in use can only have changed by that.
  while (runtime.gauges().kvUsage === before) await new Promise((resolve) => setImmediate(resolve));
  leaving.abort();
  expect(await answer).toMatchObject({ reason: 'abort', completionTokens: 0 });
  const next = await generate(prompt, { maxTokens: 1 });
  expect(next.cachedTokens).toBeLessThan(558);
});

test('a grammar binds the answer and ends it', async () => {
  const answer = await generate(chat('Is water wet?'), { grammar: () => 'root ::= "perhaps" | "who knows"' });
  expect(answer.reason).toBe('stop');
  expect(['perhaps', 'who knows']).toContain(answer.text);
});

test('a grammar may begin in the middle', async () => {
  const grammar = (text: string): string | undefined =>
    text.length > 10 ? 'root ::= " [" [0-9]{3} "]"' : undefined;
  const answer = await generate(chat('What is localai?'), { grammar });
  expect(answer.text).toMatch(/^.{5,40} \[\d{3}\]$/);
  expect(answer.reason).toBe('stop');
});

test('an invalid grammar is refused, and one that cannot go on ends its request alone', async () => {
  expect(() => runtime.checkGrammar('root ::= (')).toThrow();
  expect(() => runtime.checkGrammar('root ::= "a"')).not.toThrow();
  await expect(generate(chat('Hi'), { grammar: () => 'root ::= (' })).rejects.toThrow();
  const good = generate(chat('Explain rain.'));
  const eos = runtime.tokenize(runtime.facts.eosText, true)[0] ?? 0;
  const sampling = { ...greedy, logitBias: new Map([[eos, -100]]) };
  const stuck = await generate(chat('Hi'), { grammar: () => 'root ::= "a"', sampling }).catch(
    () => undefined,
  );
  expect(stuck?.text ?? 'a').toMatch(/^a*$/);
  expect((await good).text).not.toBe('');
});

test('log-probabilities are those of the model', async () => {
  const { tokens, text } = await generate(chat('Say hi.'), { logprobs: 4, maxTokens: 6 });
  expect(tokens.map(({ token }) => runtime.detokenize([token], true)).join('')).toBe(text);
  for (const { token, logprob, top } of tokens) {
    expect(top).toHaveLength(4);
    expect(top?.[0]).toMatchObject({ token, logprob });
    const values = top?.map((choice) => choice.logprob) ?? [];
    expect(values).toEqual([...values].sort((a, b) => b - a));
    const sum = values.reduce((total, value) => total + Math.exp(value), 0);
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(1.0001);
  }
  const none = await generate(chat('Say hi.'), { maxTokens: 2 });
  expect(none.tokens[0]).not.toHaveProperty('logprob');
});

test('the sampler does as it is told', async () => {
  const plain = await generate(chat('Say hi.'), { maxTokens: 8 });
  const banned = plain.tokens[0]?.token ?? 0;
  const logitBias = new Map([[banned, -100]]);
  const without = await generate(chat('Say hi.'), { maxTokens: 8, sampling: { ...greedy, logitBias } });
  expect(without.tokens.map(({ token }) => token)).not.toContain(banned);
  const warm: Sampling = { ...greedy, temperature: 1, seed: 5 };
  const one = await generate(chat('Say hi.'), { sampling: warm });
  expect((await generate(chat('Say hi.'), { sampling: warm })).text).toBe(one.text);
  const first = await generate(chat('Say hi.'), {
    maxTokens: 8,
    sampling: { ...warm, temperature: 2, topK: 1 },
  });
  expect(first.text).toBe(plain.text);
});

test('penalties keep it from saying the same again', async () => {
  const repeat = chat('Repeat the word buffalo many times.');
  const distinct = ({ tokens }: Answer): number =>
    new Set(tokens.map(({ token }) => token)).size / tokens.length;
  const plain = await generate(repeat, { maxTokens: 40, ignoreEos: true });
  const sampling = { ...greedy, frequencyPenalty: 1.5, presencePenalty: 1 };
  const penalised = await generate(repeat, { maxTokens: 40, ignoreEos: true, sampling });
  expect(distinct(penalised)).toBeGreaterThan(distinct(plain));
});

test('goes on behind the end token when told to', async () => {
  const ended = await generate(chat('Say hi.'), { maxTokens: 60 });
  expect(ended.reason).toBe('stop');
  const on = await generate(chat('Say hi.'), { maxTokens: 60, ignoreEos: true });
  expect(on).toMatchObject({ reason: 'length', completionTokens: 60 });
  expect(on.text.startsWith(ended.text)).toBe(true);
});

test('stops where the receiver says so', async () => {
  let text = '';
  const answer = await generate(chat('What is the capital of France?'), {
    onToken: (_token, piece) => {
      text += piece;
      return text.includes('capital');
    },
  });
  expect(answer.reason).toBe('stop');
  expect(text).toBe('The capital');
});

test('a context is filled to its last token and no further', async () => {
  const answer = await generate(book(9, 634), { maxTokens: 100, ignoreEos: true });
  expect(answer).toMatchObject({ reason: 'length', completionTokens: 6 });
  await expect(generate(book(9, 640))).rejects.toThrow('the context 640');
});

test('embeddings have unit length, are the same each time and near for near texts', async () => {
  const never = new AbortController().signal;
  const embed = (text: string) => runtime.embed(runtime.tokenize(text, false), never);
  const first = await embed('How do I stop the server?');
  expect(first).toHaveLength(128);
  expect(Math.hypot(...first)).toBeCloseTo(1, 6);
  const [again, near, far] = await Promise.all([
    embed('How do I stop the server?'),
    embed('How can I stop localai?'),
    embed('The capital of France is Paris, and that of Italy is Rome.'),
    generate(chat('Explain rain.')),
  ]);
  expect(again).toEqual(first);
  const dot = (a: readonly number[], b: readonly number[]): number =>
    a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
  expect(dot(first, near)).toBeGreaterThan(dot(first, far));
  const long = await runtime.embed(book(10, 200), never);
  expect(await runtime.embed(book(10, 200), never)).toEqual(long);
});

test('counts what it did', async () => {
  const before = runtime.gauges();
  const { promptTokens, cachedTokens, completionTokens } = await generate(chat('Say hi.'));
  const after = runtime.gauges();
  expect(after.promptTokens - before.promptTokens).toBe(promptTokens);
  expect(after.cachedTokens - before.cachedTokens).toBe(cachedTokens);
  expect(after.generatedTokens - before.generatedTokens).toBe(completionTokens);
  expect(after.kvUsage).toBeGreaterThan(0);
  expect(after.kvUsage).toBeLessThanOrEqual(1);
});
