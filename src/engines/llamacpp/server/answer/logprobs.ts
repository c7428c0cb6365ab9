import type { GeneratedToken, Runtime, Token } from '../../runtime/runtime.ts';

/** JSON has no infinity; vLLM's floor. */
const floor = -9999;

const finite = (logprob: number | undefined): number => Math.max(logprob ?? floor, floor);

const text = (runtime: Runtime, token: Token): string => runtime.detokenize([token], true);

const chatToken = (runtime: Runtime, token: Token, logprob: number | undefined) => ({
  token: text(runtime, token),
  logprob: finite(logprob),
  bytes: [...runtime.tokenBytes(token)],
});

/** `choices[].logprobs` of a chat. */
export const chatLogprobs = (runtime: Runtime, tokens: readonly GeneratedToken[]) => ({
  content: tokens.map(({ token, logprob, top }) => ({
    ...chatToken(runtime, token, logprob),
    top_logprobs: (top ?? []).map((choice) => chatToken(runtime, choice.token, choice.logprob)),
  })),
});

/** `choices[].logprobs` of a text completion; `offset`: where in the answer the tokens' text begins. */
export const completionLogprobs = (runtime: Runtime, tokens: readonly GeneratedToken[], offset: number) => {
  const texts = tokens.map(({ token }) => text(runtime, token));
  let at = offset;
  return {
    tokens: texts,
    token_logprobs: tokens.map(({ logprob }) => finite(logprob)),
    top_logprobs: tokens.map(({ logprob, top }, i) => ({
      ...Object.fromEntries(
        (top ?? []).map((choice) => [text(runtime, choice.token), finite(choice.logprob)]),
      ),
      [texts[i] ?? '']: finite(logprob),
    })),
    text_offset: texts.map((one) => {
      const here = at;
      at += one.length;
      return here;
    }),
  };
};
